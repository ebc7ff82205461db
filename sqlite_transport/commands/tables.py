"""Tables that fit: what is long is cut with an ellipsis, ids and numbers never."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.table import Table

#: Before a column's title: it is never cut; and: it is a number.
FIXED, NUMBER = "!", "#"


def table(titles: Iterable[str], *, header: bool = True) -> Table:
    """Return an empty table; see `FIXED` and `NUMBER` for the titles."""
    made = Table(
        box=SIMPLE_HEAD if header else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1 if header else 2, 0, 0),
        header_style="bold",
    )
    for title in titles:
        made.add_column(
            title.lstrip(FIXED + NUMBER),
            no_wrap=title[0] in FIXED + NUMBER,
            justify="right" if title[0] == NUMBER else "left",
        )
    return made

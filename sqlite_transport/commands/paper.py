"""What is written on: a stream as `rich` sees it, and text that is safe to write there."""

import os
from io import TextIOWrapper
from typing import IO

from rich.console import Console
from rich.text import Text

#: Columns where no terminal limits them: what is piped is never cut.
ENDLESS = 100_000
#: Columns in which the ids, times and numbers of a table are whole; a terminal that has
#: fewer breaks the lines itself.
NARROWEST = 72


def paper(stream: IO[str], no_color: bool) -> Console:
    """Return the console of a stream; colours only on a terminal, and not with NO_COLOR."""
    if isinstance(stream, TextIOWrapper):
        # A letter that the terminal has not must not end the verb.
        stream.reconfigure(errors="backslashreplace")
    console = Console(
        file=stream,
        no_color=no_color or None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = ENDLESS
    console.width = max(console.width, NARROWEST)
    return console


def one_line(text: str | None) -> Text:
    """Return a text that stays on one line, however long it is, and commands no terminal."""
    return Text(visible(text or "", keep=""), no_wrap=True, overflow="ellipsis")


def visible(text: str, keep: str = "\n\t") -> str:
    """Return the text with what is no letter, such as an escape sequence, written as Python does.

    A job's error or arguments are anybody's words.
    """
    return "".join(
        each if each in keep or each.isprintable() else each.encode("unicode_escape").decode()
        for each in text
    )

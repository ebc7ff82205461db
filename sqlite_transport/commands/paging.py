"""Lists page by page: one page with the way to the next, or all of them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import Draw
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.page import Page

Function = TypeVar("Function", bound=Callable[..., Any])

#: Reads a page: `read(limit=50, after=None)`.
Read = Callable[..., Page]

#: Jobs that --all reads at once.
AT_ONCE = 500

_OPTIONS = (
    click.option("--limit", metavar="N", type=click.IntRange(1), default=50, help="So many.  [50]"),
    click.option("--after", metavar="NEXT", help="The page after this one's `next`."),
    click.option(
        "--all", "everything", is_flag=True, help="All pages; with --json one object a line."
    ),
)


def paged(function: Function) -> Function:
    """Add the options of a list."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def show_pages(
    desk: Desk,
    read: Read,
    draw: Draw,
    *,
    limit: int,
    after: str | None,
    everything: bool,
) -> None:
    """Show what `read` finds, a page or all."""
    if everything:
        _show_all(desk, read, draw, after)
        return
    items, after = _fill(read, limit, after)
    if desk.as_json:
        desk.document({"items": items, "next": after})
        return
    if items:
        desk.out.print(draw(items, desk.clock, True))
    else:
        desk.note("No job matches.")
    if after is not None:
        desk.note(f"There is more: --after {after}, or --all")


def _fill(read: Read, limit: int, after: str | None) -> tuple[list[Job], str | None]:
    """Return so many jobs and where to go on: a long search gives what it has bit by bit."""
    items: list[Job] = []
    while True:
        page = read(limit=min(limit - len(items), AT_ONCE), after=after)
        items += page.items
        after = page.next
        if after is None or len(items) >= limit:
            return items, after


def _show_all(desk: Desk, read: Read, draw: Draw, after: str | None) -> None:
    found = False
    while True:
        page = read(limit=AT_ONCE, after=after)
        if desk.as_json:
            for job in page.items:
                desk.document(job, line=True)
        elif page.items:
            desk.out.print(draw(page.items, desk.clock, not found))
        found = found or bool(page.items)
        after = page.next
        if after is None:
            break
    if not found:
        desk.note("No job matches.")

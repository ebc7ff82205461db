"""`jobs history`."""

from functools import partial
from typing import Any

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import ended_table
from sqlite_transport.commands.paging import paged, show_pages
from sqlite_transport.commands.selection import filters
from sqlite_transport.commands.verb import verb
from sqlite_transport.status import OVER


@verb("history --status failed --since 2h", "history --text Sintel")
@filters(statuses=OVER, period=True)
@paged
def command(desk: Desk, limit: int, after: str | None, everything: bool, **narrowed: Any) -> None:
    """Show what has ended, the newest first."""
    read = partial(desk.jobs.history, **narrowed)
    show_pages(desk, read, ended_table, limit=limit, after=after, everything=everything)

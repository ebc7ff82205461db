"""`jobs list`."""

from functools import partial
from typing import Any

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import to_do_table
from sqlite_transport.commands.paging import paged, show_pages
from sqlite_transport.commands.selection import filters
from sqlite_transport.commands.verb import verb
from sqlite_transport.status import BLOCKED, PENDING, PROCESSING, SCHEDULED


@verb("list --type scan --status blocked", "list --all --json")
@filters(statuses=(PENDING, SCHEDULED, BLOCKED, PROCESSING))
@paged
def command(desk: Desk, limit: int, after: str | None, everything: bool, **narrowed: Any) -> None:
    """Show what is to be done."""
    read = partial(desk.jobs.list, **narrowed)
    show_pages(desk, read, to_do_table, limit=limit, after=after, everything=everything)

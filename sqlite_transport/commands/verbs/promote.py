"""`jobs promote`."""

from typing import Any

from sqlite_transport.commands.bar import bar
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.selection import (
    all_option,
    change_each,
    check_choice,
    filters,
    jobs_argument,
    tell_number,
)
from sqlite_transport.commands.verb import verb


@verb("promote 17", "promote --all --type scan")
@jobs_argument
@all_option
@filters(text=False)
def command(desk: Desk, jobs: tuple[str, ...], everything: bool, **narrowed: Any) -> None:
    """Make scheduled jobs due now."""
    check_choice(jobs, everything, narrowed)
    if not everything:
        change_each(desk, jobs, desk.jobs.promote)
        return
    with bar(desk.err, "promoting") as progress:
        done = desk.jobs.promote_all(**narrowed, progress=progress)
    tell_number(desk, "promoted", done)

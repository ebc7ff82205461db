"""`jobs retry`."""

from typing import Any

from sqlite_transport.commands.asking import ask, jobs_in_words, yes_option
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
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED


@verb("retry 17", "retry --all --type scan --since 2h")
@jobs_argument
@all_option
@filters(statuses=(FAILED, CANCELLED, COMPLETED), period=True)
@yes_option
def command(
    desk: Desk,
    jobs: tuple[str, ...],
    everything: bool,
    yes: bool,
    status: str | None,
    **narrowed: Any,
) -> None:
    """Run jobs again that have ended.

    --all are those that failed, unless --status says others.
    """
    check_choice(jobs, everything, {"status": status, **narrowed})
    if not everything:
        change_each(desk, jobs, desk.jobs.retry)
        return
    status = status or FAILED
    number = desk.jobs.count(status, **narrowed)
    if number:
        ask(f"Run {jobs_in_words(number, status)} again", yes)
    with bar(desk.err, "retrying") as progress:
        done = desk.jobs.retry_all(status=status, **narrowed, progress=progress) if number else 0
    tell_number(desk, "retried", done)

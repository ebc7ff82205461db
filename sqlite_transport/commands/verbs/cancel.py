"""`jobs cancel`."""

from functools import partial
from typing import Any

import click

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
from sqlite_transport.commands.times import SPAN
from sqlite_transport.commands.verb import verb
from sqlite_transport.status import BLOCKED, PENDING, PROCESSING, SCHEDULED

STATUSES = (PENDING, SCHEDULED, BLOCKED, PROCESSING)


@verb("cancel 17 18", "cancel 17 --signal SIGKILL --wait 10s", "cancel --all --type scan")
@jobs_argument
@all_option
@filters(statuses=STATUSES)
@click.option("--signal", help="What stops one that is running.  [SIGTERM]")
@click.option("--wait", type=SPAN, help="How long to wait until it has stopped.  [0s]")
@yes_option
def command(
    desk: Desk,
    jobs: tuple[str, ...],
    everything: bool,
    signal: str | None,
    wait: float | None,
    yes: bool,
    status: str | None,
    **narrowed: Any,
) -> None:
    """Cancel jobs.

    What waits will not run, and what runs is stopped: in a prefork worker by
    the signal, in others when it comes to its end.
    """
    check_choice(jobs, everything, {"status": status, **narrowed})
    if not everything:
        cancel = partial(desk.jobs.cancel, signal=signal or "SIGTERM", wait=wait or 0.0)
        change_each(desk, jobs, cancel)
        return
    if signal is not None or wait is not None:
        raise click.UsageError("--signal and --wait are for jobs that are named")
    statuses = desk.jobs.cancels if status is None else (status,)
    running = desk.jobs.count(PROCESSING, **narrowed) if PROCESSING in statuses else 0
    number = running + desk.jobs.count(*set(statuses) - {PROCESSING}, **narrowed)
    if number:
        lost = f", of which {running} run and lose their work" if running else ""
        ask(f"Cancel {jobs_in_words(number)}{lost}", yes)
    with bar(desk.err, "cancelling") as progress:
        done = desk.jobs.cancel_all(status=status, **narrowed, progress=progress) if number else 0
    tell_number(desk, "cancelled", done)

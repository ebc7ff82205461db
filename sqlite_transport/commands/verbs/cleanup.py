"""`jobs cleanup`."""

import time
from collections import Counter
from typing import Any

import click

from sqlite_transport.commands.asking import ask, jobs_in_words, yes_option
from sqlite_transport.commands.bar import bar
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs import AnyJobs, Jobs
from sqlite_transport.retention import read_retention


class Keep(click.ParamType):  # type: ignore[type-arg]
    """What stays in the history: `7d`, `10000`, `7d,10000`, `forever`; `0` is nothing."""

    name = "keep"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text, once it is known that it says so."""
        try:
            if value == "off":
                raise ValueError
            read_retention(value)
        except ValueError:
            self.fail(f"{value!r} is none of 7d, 10000, 7d,10000, forever, 0", param, ctx)
        return value


KEEP = Keep()


@verb("cleanup", "cleanup --completed 1d --failed 7d,10000")
@click.option("--completed", type=KEEP, help="What stays of the completed: 7d, 10000, 7d,10000, 0.")
@click.option("--failed", type=KEEP, help="What stays of the failed.")
@click.option("--cancelled", type=KEEP, help="What stays of the cancelled.")
@yes_option
def command(desk: Desk, yes: bool, **keep: str | None) -> None:
    """Delete the history that is not to be kept.

    By default it stays as long as the options history_completed, history_failed
    and history_cancelled say. Results that have expired go too.
    """
    surplus = _surplus(desk.jobs, keep)
    if surplus is None:
        ask("Delete the history that is not to be kept, for good", yes)
    elif surplus.total():
        told = ", ".join(f"{number} {status}" for status, number in surplus.items())
        ask(f"Delete {jobs_in_words(surplus.total())} from the history ({told}), for good", yes)
    with bar(desk.err, "deleting") as progress:
        gone = desk.jobs.cleanup(**keep, progress=progress)
    desk.tell(gone, "deleted: " + ", ".join(f"{number} {what}" for what, number in gone.items()))


def _surplus(jobs: AnyJobs, keep: dict[str, str | None]) -> Counter[str] | None:
    """Return by status how many jobs are to go; None if the history is elsewhere."""
    if jobs.options.history_url or not isinstance(jobs, Jobs):
        return None
    return Counter(
        {
            status: _beyond(jobs, status, default if keep[status] is None else keep[status])
            for status, default in jobs.options.retention().items()
        }
    )


def _beyond(jobs: Jobs, status: str, keep: object) -> int:
    """Return how many jobs that have ended so are too old, or too many."""
    retention = read_retention(keep)
    number = 0
    if retention.seconds is not None:
        number = jobs.count(status, until=time.time() - retention.seconds)
    if retention.count is not None:
        number = max(number, jobs.count(status) - retention.count)
    return number

"""Which jobs a verb is about: named one by one, or all that match."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
from kombu.exceptions import OperationalError

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.exit_codes import FAILED, Failure, failure_of
from sqlite_transport.commands.job_tables import changed_table
from sqlite_transport.commands.times import PAST
from sqlite_transport.jobs import Job, JobError

Function = TypeVar("Function", bound=Callable[..., Any])

_TYPE = click.option("--type", metavar="TYPE", help="Only of this type, the task's name.")
_QUEUE = click.option("--queue", "-Q", metavar="QUEUE", help="Only of this queue.")
_TEXT = click.option("--text", metavar="TEXT", help="Only with these words in the arguments.")
_SINCE = click.option("--since", type=PAST, help="Only what ended since: 2h, 2026-01-31T14:03.")
_UNTIL = click.option("--until", type=PAST, help="Only what ended before.")

jobs_argument = click.argument("jobs", metavar="[JOB]...", nargs=-1)
all_option = click.option("--all", "everything", is_flag=True, help="All that match.")


def filters(
    *, statuses: Sequence[str] = (), text: bool = True, period: bool = False
) -> Callable[[Function], Function]:
    """Add the options that narrow a choice of jobs; their values are named as the API's."""
    options = [_TYPE]
    if statuses:
        choice = click.Choice(statuses)
        options.append(click.option("--status", type=choice, help="Only in this status."))
    options.append(_QUEUE)
    options += [_TEXT] * text + [_SINCE, _UNTIL] * period

    def add(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def check_choice(jobs: Sequence[str], everything: bool, narrowed: dict[str, Any]) -> None:
    """Refuse a choice that names jobs and filters, or neither.

    Raises:
        UsageError: it does.
    """
    given = [f"--{name}" for name, value in narrowed.items() if value is not None]
    if jobs and (everything or given):
        raise click.UsageError(f"name jobs, or say {(given or ['--all'])[0]}, not both")
    if given and not everything:
        raise click.UsageError(f"{given[0]} narrows --all: say --all too")
    if not jobs and not everything:
        raise click.UsageError("name a job by its id or its task's id, or say --all")


def change_each(desk: Desk, jobs: Sequence[str], change: Callable[[str], Job]) -> None:
    """Change the jobs one by one and tell of each; the others go on when one fails.

    Raises:
        Exit: one has failed, with its exit code, 1 if they differ.
    """
    changed: list[Job] = []
    failures: list[Failure] = []
    for ref in jobs:
        try:
            changed.append(change(ref))
        except JobError as error:
            failures.append(failure_of(error, ref))
        except OperationalError as error:
            # The next one would fare no better, and what was done must be told.
            failures.append(failure_of(error, ref))
            break
    if changed or not failures:
        desk.tell({"items": changed}, changed_table(changed))
    for failure in failures:
        failure.as_json = desk.as_json
        failure.show()
    if failures:
        codes = {failure.exit_code for failure in failures}
        raise click.exceptions.Exit(codes.pop() if len(codes) == 1 else FAILED)


def tell_number(desk: Desk, what: str, number: int) -> None:
    """Tell to how many jobs it was done."""
    desk.tell({what: number}, f"{number} {what}")

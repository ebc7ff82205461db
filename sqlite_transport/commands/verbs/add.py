"""`jobs add`."""

from typing import Any

import click

from sqlite_transport.commands.arguments import ARGS, KWARGS
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import changed_table
from sqlite_transport.commands.times import FUTURE, SPAN
from sqlite_transport.commands.verb import verb


@verb("add scan --args '[\"/films/Heat\"]'", "add scan --kwargs '{\"deep\": true}' --in 10m")
@click.argument("type")
@click.option("--args", type=ARGS, default="[]", help="The positional arguments, a JSON array.")
@click.option("--kwargs", type=KWARGS, default="{}", help="The named arguments, a JSON object.")
@click.option("--queue", "-Q", metavar="QUEUE", help="Into this queue, not where its route leads.")
@click.option("--priority", metavar="N", type=click.IntRange(0, 9), help="Lower runs first.")
@click.option("--in", "countdown", type=SPAN, help="When so much time has passed.")
@click.option("--at", "eta", type=FUTURE, help="At this time.")
@click.option("--strict", is_flag=True, help="Refuse a task that the application does not have.")
@click.option("--expires", type=FUTURE, help="Not if it has not begun by then.")
def command(
    desk: Desk,
    type: str,  # noqa: A002
    args: list[Any],
    kwargs: dict[str, Any],
    strict: bool,
    **options: Any,
) -> None:
    """Add a job; its type is the name of a task."""
    if options["countdown"] is not None and options["eta"] is not None:
        raise click.UsageError("--in and --at both say when: give one of them")
    desk.import_tasks()
    job = desk.jobs.add(type, args, kwargs, strict=strict, **options)
    desk.tell(job, changed_table([job]))

"""`jobs update`."""

from typing import Any

import click

from sqlite_transport.commands.arguments import ARGS, KWARGS
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import to_do_table
from sqlite_transport.commands.times import FUTURE
from sqlite_transport.commands.verb import verb


@verb("update 17 --priority 1", "update 17 --due 10m --kwargs '{\"deep\": false}'")
@click.argument("job")
@click.option("--priority", metavar="N", type=click.IntRange(0, 9), help="Lower runs first.")
@click.option("--due", "due_at", type=FUTURE, help="When to run it; now is a time too.")
@click.option("--args", type=ARGS, help="Its positional arguments, a JSON array.")
@click.option("--kwargs", type=KWARGS, help="Its named arguments, a JSON object.")
def command(desk: Desk, job: str, **changes: Any) -> None:
    """Change a job that has not begun."""
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        raise click.UsageError("say what to change: --priority, --due, --args or --kwargs")
    changed = desk.jobs.update(job, **given)
    desk.tell(changed, to_do_table([changed], desk.clock))

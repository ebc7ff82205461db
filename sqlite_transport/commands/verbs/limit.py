"""`jobs limit`."""

from typing import Any

import click

from sqlite_transport.commands.control_tables import control_table
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.gates import NUMBER, RATE, gate_options, one_gate
from sqlite_transport.commands.verb import verb


@verb("limit --type scan --concurrency 2 --per-key 1 --rate 10/s", "limit --type scan --rate none")
@gate_options
@click.option("--concurrency", type=NUMBER, help="How many run at once.")
@click.option("--per-key", "key_concurrency", type=NUMBER, help="How many with the same limit key.")
@click.option("--rate", type=RATE, help="How many start: 10/s, 100/m, 1000/h.")
def command(desk: Desk, queue: str | None, type: str | None, **limits: Any) -> None:  # noqa: A002
    """Limit how many jobs of a queue or a type run.

    What is not said stays as it is; `none` lifts a limit. A queue can have a
    limit of concurrency only.
    """
    named = one_gate({"queue": queue, "type": type})
    given: dict[str, Any] = {name: value[0] for name, value in limits.items() if value is not None}
    if not given:
        raise click.UsageError("say a limit: --concurrency, --per-key or --rate")
    desk.import_tasks_if_possible()
    control = desk.jobs.limit(**{**given, **named})
    desk.tell(control, control_table([control], desk.clock))

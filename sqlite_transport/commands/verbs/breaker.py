"""`jobs breaker`."""

from typing import Any

import click

from sqlite_transport.commands.control_tables import control_table
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.verb import verb


@verb("breaker --type scan --failures 5 --seconds 60", "breaker --type scan --off")
@click.option("--type", metavar="TYPE", required=True, help="Of this type, the task's name.")
@click.option("--failures", metavar="N", type=click.IntRange(1), help="In a row, to open it.  [5]")
@click.option(
    "--seconds", metavar="N", type=click.FloatRange(0, min_open=True), help="For how long.  [60]"
)
@click.option("--off", is_flag=True, help="Have none.")
@click.option("--close", is_flag=True, help="Let jobs start again now; the breaker stays set.")
def command(desk: Desk, type: str, off: bool, close: bool, **numbers: Any) -> None:  # noqa: A002
    """Leave a type alone after so many failures in a row.

    When its time is over, one job tries whether it works again.
    """
    given = {name: value for name, value in numbers.items() if value is not None}
    if off + close + bool(given) != 1:
        raise click.UsageError("say --failures and --seconds, or --off, or --close")
    desk.import_tasks_if_possible()
    if close:
        control = desk.jobs.close_breaker(type)
    else:
        control = desk.jobs.breaker(type, **({"failures": None} if off else given))
    desk.tell(control, control_table([control], desk.clock))

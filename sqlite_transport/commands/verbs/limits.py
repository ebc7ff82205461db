"""`jobs limits`."""

from sqlite_transport.commands.control_tables import control_table
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.verb import verb


@verb("limits")
def command(desk: Desk) -> None:
    """Show what is paused or limited, and what that holds back."""
    controls = desk.jobs.controls()
    if controls or desk.as_json:
        desk.tell({"items": controls}, control_table(controls, desk.clock))
    else:
        desk.note("Nothing is paused or limited.")

"""`jobs resume`."""

from sqlite_transport.commands.control_tables import control_table
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.gates import gate_options, one_gate
from sqlite_transport.commands.verb import verb


@verb("resume --type scan", "resume --queue films")
@gate_options
def command(desk: Desk, **gate: str | None) -> None:
    """Start the jobs of a paused queue or type again."""
    named = one_gate(gate)
    desk.import_tasks_if_possible()
    control = desk.jobs.resume(**named)
    desk.tell(control, control_table([control], desk.clock))

"""`jobs pause`."""

from sqlite_transport.commands.control_tables import control_table
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.gates import gate_options, one_gate
from sqlite_transport.commands.verb import verb


@verb("pause --type scan", "pause --queue films")
@gate_options
def command(desk: Desk, **gate: str | None) -> None:
    """Start no more jobs of a queue or a type.

    Those that run go on. It holds over restarts, until `resume`.
    """
    named = one_gate(gate)
    desk.import_tasks_if_possible()
    control = desk.jobs.pause(**named)
    desk.tell(control, control_table([control], desk.clock))

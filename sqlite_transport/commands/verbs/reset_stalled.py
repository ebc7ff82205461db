"""`jobs reset-stalled`."""

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.selection import tell_number
from sqlite_transport.commands.verb import verb


@verb("reset-stalled")
def command(desk: Desk) -> None:
    """Put back the jobs of workers that have died.

    Living workers do this by themselves within a second.
    """
    tell_number(desk, "reset", desk.jobs.reset_stalled())

"""`jobs purge`."""

import click

from sqlite_transport.commands.asking import ask, jobs_in_words, yes_option
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.selection import tell_number
from sqlite_transport.commands.verb import verb


@verb("purge films")
@click.argument("queue")
@yes_option
def command(desk: Desk, queue: str, yes: bool) -> None:
    """Cancel all jobs that wait in a queue.

    Whether they are due or not; what runs goes on. The history keeps them.
    """
    number = desk.jobs.count(*desk.jobs.purges, queue=queue)
    if number:
        ask(f"Cancel {jobs_in_words(number)} waiting in {queue}", yes)
    tell_number(desk, "cancelled", desk.jobs.purge(queue))

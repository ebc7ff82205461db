"""`jobs get`."""

import click

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_sheet import job_sheet
from sqlite_transport.commands.verb import verb


@verb("get 17", "get 4a9e5b0c-0d6c-4a8e-9b43-5f2ad1f3c9a1 --json")
@click.argument("job")
def command(desk: Desk, job: str) -> None:
    """Show a job with its arguments, error and attempts."""
    found = desk.jobs.get(job)
    desk.tell(found, *job_sheet(found, desk.clock))

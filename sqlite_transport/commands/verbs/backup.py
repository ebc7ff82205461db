"""`jobs backup`."""

from pathlib import Path

import click

from sqlite_transport.commands.bar import bar
from sqlite_transport.commands.clock import span
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.sizes import size
from sqlite_transport.commands.verb import verb


@verb("backup /backups/films-monday.db", "backup /backups/films.db --overwrite")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace an earlier backup of this name.")
def command(desk: Desk, target: Path, overwrite: bool) -> None:
    """Copy the whole file, as it is at one moment.

    Workers may go on meanwhile. TARGET is there only when it is complete and sound.
    """
    with bar(desk.err, "copying") as progress:
        made = desk.jobs.backup(target, overwrite=overwrite, progress=progress)
    desk.tell(made, f"{made.path}: {made.jobs} jobs, {size(made.bytes)}, {span(made.seconds)}")

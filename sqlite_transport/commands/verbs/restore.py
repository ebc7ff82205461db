"""`jobs restore`."""

from pathlib import Path

import click
from kombu.exceptions import OperationalError

from sqlite_transport.commands.asking import ask, jobs_in_words, yes_option
from sqlite_transport.commands.bar import bar
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs.restoring import restore_file


@verb("restore /backups/films-monday.db")
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Although workers live; they connect anew.")
@yes_option
def command(desk: Desk, backup: Path, force: bool, yes: bool) -> None:
    """Put a backup in the place of the file.

    Stop the workers first. What was in the file is kept beside it, under a
    name with `before-restore`; the file may be missing or damaged.
    """
    path = desk.place
    if path is None:
        desk.jobs.restore(backup)  # says that it cannot be done there
        return
    if path.exists():
        ask(f"Set aside {_content(desk)} in {path} and put {backup} in its place", yes)
    with bar(desk.err, "restoring") as progress:
        done = restore_file(path, backup, force=force, progress=progress)
    aside = f"; what was there is {done.kept}" if done.kept else ""
    desk.tell(done, f"{done.path}: {done.jobs} jobs to be done{aside}")


def _content(desk: Desk) -> str:
    """Tell what would be lost; a file that is damaged is what backups are restored for."""
    try:
        number = desk.jobs.stats().total_active
    except OperationalError:
        return "what cannot be read"
    return f"{jobs_in_words(number)} to be done, and the history,"

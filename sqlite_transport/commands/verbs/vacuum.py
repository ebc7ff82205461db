"""`jobs vacuum`."""

from sqlite_transport.commands.bar import bar
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.sizes import size
from sqlite_transport.commands.verb import verb


@verb("vacuum")
def command(desk: Desk) -> None:
    """Give the file's free space back to the disk.

    Workers may go on meanwhile.
    """
    with bar(desk.err, "vacuuming") as progress:
        done = desk.jobs.vacuum(progress=progress)
    saved = size(done.bytes_before - done.bytes_after)
    desk.tell(done, f"{size(done.bytes_before)} → {size(done.bytes_after)}, {saved} given back")
    if not done.complete:
        desk.note("Somebody reads in an old transaction, so the log stays: try again later.")

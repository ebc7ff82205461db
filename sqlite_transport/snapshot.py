"""Copies of a whole database, and reading one without leaving a trace.

A copy is made page by page within one read transaction. Without that SQLite
begins anew whenever somebody else writes, and beside busy writers never ends.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlite_transport.errors import Unavailable, Unusable, translating
from sqlite_transport.filesystem import create_private
from sqlite_transport.library import sqlite3

#: What a long work tells of itself: how much is done, and how much there is, if that is known.
Progress = Callable[[int, int | None], None]

#: Pages after which the progress is told, and others of this process have their turn.
STEP = 1000

#: Bytes that a disk must have left besides the copy itself.
SPARE = 16 * 1024 * 1024

#: Begins the read transaction: BEGIN alone reads nothing yet.
LOOK = "SELECT count(*) FROM sqlite_schema"
SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
CHECK = "PRAGMA integrity_check(10)"

#: SQLite's primary codes for a database that is locked.
BUSY = {5, 6}


def open_reading(path: Path, patience: float = 5.0, immutable: bool = False) -> Any:
    """Return a connection that cannot write, of its own beside this process's other one.

    patience: seconds to wait for another program's lock. immutable: nobody
    else has the file open, so no lock is taken and no side file made; never
    for a file that this process has open otherwise.
    """
    how = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{how}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )


def is_at_rest(path: Path) -> bool:
    """Tell whether the database has no side files, so that nobody has it open."""
    return not any(path.with_name(path.name + each).exists() for each in ("-wal", "-journal"))


def copy(source: Any, target: Path, progress: Progress | None = None) -> None:
    """Copy an open database, as it is at this moment, into a new file without side files.

    The caller syncs the file. progress: counts pages; an exception that it
    raises ends the copying.

    Raises:
        Unavailable: there is no room for it.
    """
    source.execute("BEGIN")
    try:
        source.execute(LOOK).fetchall()
        require_room(target.parent, source.execute(SIZE).fetchone()[0])
        create_private(target)
        with translating(target), closing(_new(target)) as destination:
            transfer(source, destination, progress)
            destination.execute("PRAGMA journal_mode = DELETE").fetchall()
    finally:
        source.execute("ROLLBACK")


def _new(target: Path) -> Any:
    connection = sqlite3.connect(str(target), isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def transfer(source: Any, destination: Any, progress: Progress | None = None) -> None:
    """Make the destination's content the source's, in one transaction of the destination.

    Raises:
        Unavailable: another program holds one of them locked.
    """

    def tell(status: int, remaining: int, total: int) -> None:
        if status in BUSY:
            raise Unavailable("another program holds the database locked: end its transaction")
        if progress is not None and total:
            progress(total - remaining, total)

    source.backup(destination, pages=STEP, progress=tell, sleep=0)


def require_room(directory: Path, size: int) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        Unavailable: with how much is missing.
    """
    free = shutil.disk_usage(directory).free
    if free < size + SPARE:
        raise Unavailable(
            f"{directory}: the disk has {free / 1e6:.0f} MB left and "
            f"{(size + SPARE) / 1e6:.0f} MB are needed: free space, or name another place"
        )


def verify(path: Path) -> None:
    """Read all of a database that nobody uses, and check that it is sound.

    Raises:
        Unusable: it is damaged.
    """
    with translating(path), closing(open_reading(path, immutable=True)) as connection:
        found = [row[0] for row in connection.execute(CHECK)]
    if found != ["ok"]:
        raise Unusable(f"{path}: the database is damaged: {'; '.join(found)}")

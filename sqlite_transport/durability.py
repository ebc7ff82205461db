"""Making a commit survive power loss, outside the write turn.

The database runs with `synchronous=NORMAL`, whose commits survive the death
of any process but not yet a power cut. A publisher then syncs the WAL file
itself, on a descriptor of its own, after it has given the turn back: others
write meanwhile, and several publishers sync at once. Why that is as durable
as `synchronous=FULL`, and what it rests on, is told in docs/durability.md.
"""

import fcntl
import os
import sys
from pathlib import Path


class LogSync:
    """This process's own descriptor of the database's WAL file.

    It must be made while a connection of this process holds the database
    open and has read from it: from then on SQLite cannot delete the WAL, so
    the descriptor stays that of the file being written. The WAL carries no
    POSIX locks, so closing the descriptor breaks none.
    """

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}-wal", os.O_RDWR | os.O_CLOEXEC)
        sync_directory(database.parent)

    if sys.platform == "darwin":

        def sync(self) -> None:
            """Return when all that was written to the WAL is on the disk's platter."""
            fcntl.fcntl(self._file, fcntl.F_FULLFSYNC)

    else:

        def sync(self) -> None:
            """Return when all that was written to the WAL is on stable storage."""
            os.fdatasync(self._file)

    def size(self) -> int:
        """Return the bytes that the WAL file takes on disk, used or not."""
        return os.fstat(self._file).st_size

    def close(self) -> None:
        """Close this process's descriptor."""
        os.close(self._file)


def sync_directory(directory: Path) -> None:
    """Make the names of new files in `directory` survive power loss."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

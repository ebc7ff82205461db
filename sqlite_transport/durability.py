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
import weakref
from pathlib import Path

#: Bytes reserved for the WAL: what it takes between two checkpoints of 1,000
#: frames of 4,120 bytes, and a little more.
RESERVED = 1100 * 4120

#: Syncs of one process after which space is reserved: a script that publishes
#: a few messages does not pay for it.
RESERVE_AFTER = 8


class LogSync:
    """This process's own descriptor of the database's WAL file.

    It must be made while a connection of this process holds the database
    open and has read from it: from then on SQLite cannot delete the WAL, so
    the descriptor stays that of the file being written. The WAL carries no
    POSIX locks, so closing the descriptor breaks none.
    """

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}-wal", os.O_RDWR | os.O_CLOEXEC)
        self._syncs = 0
        # With the last reference: another thread may be within a sync.
        weakref.finalize(self, os.close, self._file)
        sync_path(database.parent)

    if sys.platform == "darwin":

        def sync(self) -> None:
            """Return when all that was written to the WAL is on the disk's platter."""
            fcntl.fcntl(self._file, fcntl.F_FULLFSYNC)

    else:

        def sync(self) -> None:
            """Return when all that was written to the WAL is on stable storage."""
            os.fdatasync(self._file)

    def wants_space(self) -> bool:
        """Count a sync; tell, once, that there were enough of them to reserve space."""
        self._syncs += 1
        return self._syncs == RESERVE_AFTER

    def reserve(self) -> None:
        """Write zeros behind what the file holds, so that it need not grow later.

        A write that makes a file longer costs more, and a sync after it several
        times as much, since the file system writes down the length too. SQLite
        writes over the zeros, and takes them, like what an earlier round has
        left, for the log's end. On a disk too full for them there are none.
        The caller is within a write transaction: only its holder may append.
        """
        size = end = self.size()
        try:
            while end < RESERVED:
                end += os.pwrite(self._file, bytes(min(1 << 20, RESERVED - end)), end)
        except OSError:
            os.ftruncate(self._file, size)

    def size(self) -> int:
        """Return the bytes that the WAL file takes on disk, used or not."""
        return os.fstat(self._file).st_size


def sync_path(path: Path) -> None:
    """Bring a file to the disk, or the names in a directory.

    No SQLite connection of this process may have the file open: closing a
    descriptor of it would drop its locks.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

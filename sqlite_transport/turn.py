"""The write turn: one writer at a time over all processes, in a fair queue.

SQLite's own busy handler sleeps and retries, which starves old waiters. A
blocking `flock` on a file beside the database makes the kernel wake the next
one instead. The lock belongs to the open file, so the kernel drops it when
its process dies. Reads never need the turn.
"""

import fcntl
import os
from pathlib import Path

from sqlite_transport.errors import Unusable


class WriteTurn:
    """The lock of one database, as one process holds it.

    Caveat: a process that is stopped (SIGSTOP, a debugger) within its turn
    makes every writer wait until it goes on or ends.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + "-turn")
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> None:
        """Wait for the turn; taking it again while held changes nothing."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def give(self) -> None:
        """Let the next writer in; harmless if the turn is not held."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close this process's descriptor.

        In a forked child this leaves the parent's turn alone: closing one of
        two descriptors of an open file releases no `flock`.
        """
        os.close(self._file)


def open_turn(database: Path) -> WriteTurn:
    """Return the lock of a database.

    Raises:
        Unusable: it cannot be opened.
    """
    try:
        return WriteTurn(database)
    except OSError as error:
        raise Unusable(
            f"{database}-turn: the lock file cannot be opened ({error.strerror}): "
            "make the directory and the file writable for this user"
        ) from error

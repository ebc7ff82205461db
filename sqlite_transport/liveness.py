"""Which sessions still live: a fact that the kernel keeps, not a timeout.

A session is a connection that consumes. While its process lives it holds a
POSIX record lock on one byte of a file beside the database, at the offset of
the session's id. The kernel drops the lock when the process dies, however it
dies; a forked child does not inherit it. So whoever can lock the byte knows
that the session is dead.

A POSIX lock goes when its process closes any descriptor of the file, so each
process opens the file once and keeps it.
"""

import fcntl
import os
from pathlib import Path


class Liveness:
    """The locks of this process's sessions on one database."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-live")
        self._file: int | None = None
        self._pid = 0
        self._held: set[int] = set()

    def _descriptor(self) -> int:
        if self._pid != os.getpid():
            if self._file is not None:
                os.close(self._file)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
            self._held = set()
        assert self._file is not None  # noqa: S101 - set above with the pid
        return self._file

    def hold(self, session: int) -> None:
        """Declare the session alive as long as this process is, or until `release`."""
        fcntl.lockf(self._descriptor(), fcntl.LOCK_EX, 1, session)
        self._held.add(session)

    def try_hold(self, session: int) -> bool:
        """Do the same if no other process holds it; tell whether it is held now."""
        try:
            fcntl.lockf(self._descriptor(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, session)
        except (BlockingIOError, PermissionError):
            return False
        self._held.add(session)
        return True

    def release(self, session: int) -> None:
        """Declare the session dead; harmless in a forked child, which never held it."""
        descriptor = self._descriptor()
        if session in self._held:
            self._held.discard(session)
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, session)

    def is_dead(self, session: int) -> bool:
        """Tell whether nobody holds the session's lock any more.

        Trying takes the lock for a moment, so of two processes that ask at
        once one may find a dead session alive, and learns better next time.
        """
        descriptor = self._descriptor()
        if session in self._held:
            return False
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, session)
        except (BlockingIOError, PermissionError):
            return False
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, session)
        return True

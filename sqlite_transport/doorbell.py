"""How a waiting process learns of new work: a named pipe for each session.

Whoever commits something that a session waits for writes one byte into the
session's pipe, and the process that sleeps on it wakes. A ring is a hint: it
may be lost (a full pipe holds rings enough) or for nothing (another session
was quicker), so after it the file is asked, and a slow sweep asks anyway.
"""

import errno
import os
import select
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from sqlite_transport.database import Database


def directory_of(database: Path) -> Path:
    """Return the directory of the database's pipes."""
    return database.with_name(database.name + "-bells")


class Bell:
    """The receiving end: what a session sleeps on."""

    def __init__(self, database: Path, session: int) -> None:
        self.path = directory_of(database) / str(session)
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            self.path.unlink()
        os.mkfifo(self.path, 0o600)
        self._file = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        # With a writer of our own the pipe never reports that its last one left.
        self._keeper = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._pid = os.getpid()

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._file

    def wait(self, timeout: float | None) -> bool:
        """Sleep until it rings, `timeout` seconds at most; tell whether it rang."""
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))

    def ring(self) -> None:
        """Wake the thread of this process that sleeps on it."""
        with suppress(BlockingIOError):  # it rings already
            os.write(self._keeper, b"\0")

    def hush(self) -> bool:
        """Forget the rings so far; tell whether there were any."""
        try:
            return bool(os.read(self._file, 65536))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Close it, and remove it if this is the process that made it."""
        if self._file < 0:
            return
        os.close(self._file)
        os.close(self._keeper)
        self._file = -1
        if self._pid == os.getpid():
            remove(self.path)


class Ringer:
    """The sending end: rings the bells of other sessions, and of our own.

    Its threads take turns, behind the database's lock: a pipe that one closes
    while another writes could by then be any file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._directory = directory_of(database.path)
        self._pipes: dict[int, int] = {}

    def ring(self, sessions: Collection[int]) -> None:
        """Wake the sessions; one that is gone is passed over."""
        if not sessions:
            return
        with self._database.lock:
            for session in sessions:
                pipe = self._pipes.get(session)
                if pipe is None:
                    pipe = self._open(session)
                if pipe is not None:
                    self._write(session, pipe)

    def _open(self, session: int) -> int | None:
        try:
            pipe = os.open(
                self._directory / str(session), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC
            )
        except OSError:
            return None
        self._pipes[session] = pipe
        return pipe

    def _write(self, session: int, pipe: int) -> None:
        try:
            os.write(pipe, b"\0")
        except BlockingIOError:
            pass  # it rings already
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.EBADF):
                raise
            self._forget(session)

    def _forget(self, session: int) -> None:
        """Close the pipe to a session that has ended."""
        pipe = self._pipes.pop(session, None)
        if pipe is not None:
            with suppress(OSError):
                os.close(pipe)

    def keep_only(self, sessions: set[int]) -> None:
        """Close the pipes to all sessions but these."""
        with self._database.lock:
            for session in set(self._pipes) - sessions:
                self._forget(session)


def remove(path: Path) -> None:
    """Remove a pipe that may be gone already."""
    with suppress(OSError):
        path.unlink()

"""How a thread that waits for results learns of them: a named pipe for each.

Who has stored a result writes the task's id into the pipes in the directory
`queue.db-waiters/`, and the threads that sleep on theirs wake. Each asks the
file for those ids that it waits for. The name of a pipe says which single task
its thread waits for, so that a result does not wake all who wait for others;
without that it is rung for every task. It stays for its thread's life.

A ring is a hint. It is lost if the process dies between the commit and the
ring, so a waiting thread looks after some time by itself.
"""

import errno
import fcntl
import os
import secrets
import select
import threading
import time
import weakref
import zlib
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from sqlite_transport.database import Database
from sqlite_transport.errors import Unusable

#: Says that any result may have changed: for an id that does not fit a record.
ANY = b"*\n"
LONGEST = 200

#: Seconds after which a pipe that never got its name was left by a process that died.
STALE = 60.0


def directory_of(database: Path) -> Path:
    """Return the directory of the database's pipes."""
    return database.with_name(database.name + "-waiters")


class Waiter:
    """The receiving end, of one thread and one file.

    A pipe that can be seen has a reader: it gets its name when it is open. So
    one that cannot be opened for writing was left by a process that died.
    """

    def __init__(self, database: Path) -> None:
        directory = directory_of(database)
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        unnamed = directory / f".{name}"
        try:
            directory.mkdir(mode=0o700, exist_ok=True)
            sweep(directory)
            os.mkfifo(unnamed, 0o600)
        except OSError as error:
            raise Unusable(
                f"{directory}: no pipe to wait on can be made here ({error.strerror}): "
                "make the directory writable for this user"
            ) from error
        self._file = os.open(unnamed, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        # With a writer of our own the pipe never reports that its last one left.
        self._keeper = os.open(unnamed, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._all = str(directory / name)
        # Its present name, to be removed by whoever closes it.
        self._names = [self._all]
        unnamed.rename(self._all)
        self._half_full = capacity(self._file) // 2
        self.close = weakref.finalize(
            self, _close, self._file, self._keeper, self._names, os.getpid()
        )
        _waiters.add(self)

    @property
    def path(self) -> Path:
        """Return where the pipe is now."""
        return Path(self._names[0])

    def listen(self, task_ids: Collection[str]) -> None:
        """Be rung for the task if it is one, and else for every task.

        Who was about to ring has committed: look into the file after this.
        """
        name = self._all
        if len(task_ids) == 1:
            name += f"-{mark(*task_ids)}"
        if name != self._names[0]:
            with suppress(FileNotFoundError):  # removed: the next wait begins with another
                os.rename(self._names[0], name)  # noqa: PTH104 - on the hot path
                self._names[0] = name

    def wait(self, timeout: float | None) -> bool:
        """Sleep until a result is stored, `timeout` seconds at most; tell whether one was."""
        # Looked up at each call: gevent may have put its own in their place.
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(self._file, select.POLLIN)
            return bool(poll.poll(None if timeout is None else timeout * 1000))
        return bool(select.select([self._file], [], [], timeout)[0])  # eventlet has no poll

    def wake(self) -> None:
        """Wake the thread, if it is another one that has taken note of its results."""
        with suppress(BlockingIOError):  # it has reason enough to wake
            os.write(self._keeper, b"\n")

    def heard(self) -> set[str] | None:
        """Return the ids that were rung since the last call; None means it may be any.

        A pipe that is full takes no more rings. How full it was when they were
        refused cannot be told, so half full counts.
        """
        try:
            rung = os.read(self._file, 1 << 20)
        except BlockingIOError:
            return set()
        if len(rung) >= self._half_full:
            return None
        ids = {record.decode() for record in rung.split(b"\n") if record}
        return None if "*" in ids else ids


class Callers:
    """The sending end, of one process and one file; used behind the database's lock."""

    def __init__(self, database: Path) -> None:
        self._directory = directory_of(database)
        self._pipes: dict[str, int] = {}

    def ring(self, task_ids: list[str]) -> None:
        """Tell every waiting thread, of whatever process, that these tasks have new results."""
        try:
            names = os.listdir(self._directory)  # noqa: PTH208 - on the hot path
        except FileNotFoundError:
            return
        if len(self._pipes) > len(names):
            self._keep_only(names)
        if names:
            record = b"".join(map(_record, task_ids))
            marks = {mark(task_id) for task_id in task_ids}
            for name in names:
                pipe, _, wanted = name.partition("-")[2].partition("-")
                if not name.startswith(".") and (not wanted or wanted in marks):
                    self._ring(name, pipe, record if len(record) <= select.PIPE_BUF else ANY)

    def _ring(self, name: str, key: str, record: bytes) -> None:
        pipe = self._pipes.get(key)
        try:
            if pipe is None:
                pipe = self._pipes[key] = os.open(
                    self._directory / name, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC
                )
            os.write(pipe, record)
        except BlockingIOError:
            pass  # it is full: its thread will look at everything
        except OSError as error:
            self._forget(key)
            if error.errno in (errno.ENXIO, errno.EPIPE):  # nobody reads it any more
                remove(self._directory / name)

    def _keep_only(self, names: list[str]) -> None:
        there = {name.split("-")[1] for name in names if not name.startswith(".")}
        for key in set(self._pipes) - there:
            self._forget(key)

    def _forget(self, key: str) -> None:
        pipe = self._pipes.pop(key, None)
        if pipe is not None:
            os.close(pipe)


def mark(task_id: str) -> str:
    """Return what stands for the task in a pipe's name; others may share it."""
    return f"{zlib.crc32(task_id.encode()):08x}"


def _record(task_id: str) -> bytes:
    record = task_id.encode()
    if len(record) > LONGEST or b"\n" in record or record == b"*":
        return ANY
    return record + b"\n"


class _Own(threading.local):
    """What a thread has: it goes with the thread."""

    def __init__(self) -> None:
        self.waiters: dict[Path, Waiter] = {}


_own = _Own()
_waiters: "weakref.WeakSet[Waiter]" = weakref.WeakSet()
_callers: dict[Path, Callers] = {}


def waiter_of(database: Path) -> Waiter:
    """Return this thread's `Waiter` for the file; it goes when the thread ends."""
    waiter = _own.waiters.get(database)
    if waiter is None or not waiter.path.exists():
        waiter = _own.waiters[database] = Waiter(database)
    return waiter


def ring(database: Database, task_ids: list[str]) -> None:
    """Tell every waiting thread, of whatever process, that these tasks have new results."""
    with database.lock:
        callers = _callers.get(database.path)
        if callers is None:
            callers = _callers[database.path] = Callers(database.path)
        callers.ring(task_ids)


def capacity(pipe: int) -> int:
    """Return how many bytes the pipe holds; where that cannot be asked, the least it may."""
    if hasattr(fcntl, "F_GETPIPE_SZ"):
        return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)
    return select.PIPE_BUF


def sweep(directory: Path) -> None:
    """Remove the pipes that processes left which died."""
    for path in directory.iterdir():
        with suppress(OSError):
            if path.name.startswith("."):
                if path.stat().st_mtime < time.time() - STALE:
                    path.unlink()
            elif not has_reader(path):
                path.unlink()


def has_reader(path: Path) -> bool:
    """Tell whether somebody has the pipe open to read from it."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return error.errno != errno.ENXIO
    return True


def remove(path: Path) -> None:
    """Remove a pipe that may be gone already."""
    with suppress(OSError):
        path.unlink()


def _close(file: int, keeper: int, names: list[str], pid: int) -> None:
    if pid == os.getpid():
        remove(Path(names[0]))
    os.close(file)
    os.close(keeper)


def _after_fork_in_child() -> None:
    """Close what was inherited: the parent's pipes shall end with the parent."""
    for waiter in list(_waiters):
        waiter.close()
    _own.waiters.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)

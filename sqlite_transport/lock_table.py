"""Who holds a lock on a file, as Linux tells it in /proc/locks; elsewhere nobody is known."""

import os
from pathlib import Path
from typing import NamedTuple

LOCKS = Path("/proc/locks")
PROCESSES = Path("/proc")

#: The bytes of a database that SQLite locks (sqlite.org/src, os.h): who has it open in WAL
#: mode holds a part of the last 510 of them shared.
DATABASE_BYTES = (0x40000000, 512)

#: The bytes of a -shm file that readers hold, one for each mark in the log they may stand at.
READER_BYTES = range(123, 128)


class Lock(NamedTuple):
    """A lock that is held: by which process, and on which bytes; kind: POSIX, FLOCK or OFDLCK."""

    kind: str
    pid: int
    first: int
    last: float


def locks_on(path: Path) -> list[Lock]:
    """Return the locks on a file that are held now, by processes that this one can see.

    The file is not opened: closing it again would drop this process's own locks.
    """
    try:
        found = path.stat()
        lines = LOCKS.read_text().splitlines()
    except OSError:
        return []
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    locks = []
    for line in lines:
        _, kind, *rest = line.split()
        if kind == "->":  # it waits for the one above
            continue
        _, _, pid, where, first, last = rest
        if where == device and int(pid) > 0:
            end = float("inf") if last == "EOF" else int(last)
            locks.append(Lock(kind, int(pid), int(first), end))
    return locks


def holders(path: Path) -> list[int]:
    """Return the processes that hold any lock on the file."""
    return sorted({lock.pid for lock in locks_on(path)})


def users(path: Path) -> list[int]:
    """Return the processes that have a database in WAL mode open, this one too."""
    first, length = DATABASE_BYTES
    return sorted(
        {
            lock.pid
            for lock in locks_on(path)
            if lock.kind == "POSIX" and first <= lock.first < first + length
        }
    )


def readers(log_index: Path) -> list[int]:
    """Return the processes that are within a read transaction, by the database's -shm file."""
    return sorted(
        {
            lock.pid
            for lock in locks_on(log_index)
            if any(lock.first <= byte <= lock.last for byte in READER_BYTES)
        }
    )


def described(pid: int) -> str:
    """Return a process as it is told to a person: its number and, if it can be read, its command.

    Only the names of files, not the rest of an argument: there may be a secret in it.
    """
    try:
        command = (PROCESSES / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return f"process {pid}"
    words = [Path(os.fsdecode(word)).name for word in command[:3] if word]
    return f"process {pid} ({' '.join(words)})" if words else f"process {pid}"

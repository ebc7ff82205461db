"""Putting another content in the place of a queue's file, so that no crash can tear it.

A file that can be written is overwritten by one SQLite transaction, which is
there wholly or not at all, whoever has the file open. A file that cannot (it
is damaged, or no database) must be open nowhere: it is set aside, its side
files are taken away, and only then the new one gets its name.
docs/control-keeping.md tells it step by step.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_transport import beside, snapshot
from sqlite_transport.durability import sync_path
from sqlite_transport.errors import Unusable, translating
from sqlite_transport.lock_table import DATABASE_BYTES, described, users
from sqlite_transport.snapshot import Progress

#: SQLite's side files, of which the first two may hold content.
JOURNALS = ("-wal", "-journal")
SIDE_FILES = (*JOURNALS, "-shm")

#: Readers of the old state keep the log from being emptied; it is then done later.
CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
DURABLE = "PRAGMA synchronous = FULL"
NO_CHECKPOINT = "PRAGMA wal_autocheckpoint = 0"


def overwrite(path: Path, present: Any, new: Any, progress: Progress | None = None) -> None:
    """Make the content of `present`, an open connection, that of `new`, in one transaction.

    The caller has the write turn. It is durable when this returns.
    """
    with translating(path):
        present.execute(DURABLE)
        present.execute(NO_CHECKPOINT)
        snapshot.transfer(new, present, progress)
        present.execute("PRAGMA busy_timeout = 0")
        present.execute(CHECKPOINT).fetchall()


def put_in_place(new: Path, path: Path, aside: Path) -> None:
    """Give `new`, a complete file, the name of one that is damaged or missing.

    What is there of the old one, its log too, is kept under `aside`. The caller
    has the write turn, and no connection of this process is open.

    1. The old files get their second names.
    2. The log is removed. From here to 3 the old file is without it, which
       changes nothing: SQLite cannot use the file.
    3. The new file takes the name. A log of the old one is never beside it.

    Raises:
        Unusable: another process has the file open.
    """
    with _alone_with(path):
        for ending in ("", *JOURNALS):
            old = path.with_name(path.name + ending)
            if old.exists():
                _keep(old, aside.with_name(aside.name + ending))
        sync_path(path.parent)
        for ending in SIDE_FILES:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        sync_path(path.parent)
        new.rename(path)
        sync_path(path.parent)


def _keep(old: Path, aside: Path) -> None:
    aside.unlink(missing_ok=True)
    try:
        os.link(old, aside)
    except OSError:  # a file system without hard links
        shutil.copy2(old, aside)


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Hold the lock that SQLite takes when nobody else may have the file open."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    first, length = DATABASE_BYTES
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, length, first)
        except (BlockingIOError, PermissionError):
            who = ", ".join(map(described, users(path))) or "another process"
            raise Unusable(
                f"{path}: the file is damaged and still open: end {who}, and try again"
            ) from None
        yield
    finally:
        os.close(descriptor)


def keep_copy(present: Any, made: Path, aside: Path) -> None:
    """Copy a usable file as it is now, its log included, to `made`, and name it `aside`."""
    snapshot.copy(present, made)
    beside.put(made, aside)


def remove_bells(directory: Path, keep: set[int]) -> None:
    """Remove the pipes of sessions that the restored file does not know."""
    with suppress(FileNotFoundError):
        for pipe in directory.iterdir():
            if pipe.name not in map(str, keep):
                pipe.unlink(missing_ok=True)

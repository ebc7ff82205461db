"""The SQLite library: its version, its known bugs, and whether a process has two of them."""

import os
from collections.abc import Iterator
from pathlib import Path

from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning
from sqlite_transport.library import MINIMUM_VERSION, VERSION, has_wal_reset_bug, sqlite3
from sqlite_transport.lock_table import LOCKS, PROCESSES, described, users

INSTALL = "install a newer one: pip install pysqlite3, or a newer Python or operating system"


def check_version(version: tuple[int, ...] = VERSION) -> Iterator[Finding]:
    """Look whether this process's SQLite is new enough, and free of the bug that corrupts a WAL."""
    shown = f"SQLite {'.'.join(map(str, version))} ({sqlite3.__name__.partition('.')[0]})"
    if version < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        yield error("sqlite", f"{shown} is too old: {wanted} is needed", INSTALL)
    elif has_wal_reset_bug(version):
        yield warning(
            "sqlite",
            f"{shown} has the WAL-reset bug: workers keep clear of it, but a program besides "
            "them that writes to the file or checkpoints it can corrupt it",
            f"let no other program write to the file, and {INSTALL}",
        )
    else:
        yield ok("sqlite", shown)


def check_libraries(path: Path) -> Iterator[Finding]:
    """Look whether any process has opened the file with two copies of SQLite.

    A copy opens the index of the log once, whatever it does with the file. So
    a process that has it open twice has two. Linux tells that, of the
    processes that this user may look at.
    """
    if not LOCKS.exists():
        yield ok("libraries", "this operating system does not tell")
        return
    index = os.path.realpath(path.with_name(path.name + "-shm"))
    using = users(path)
    doubled = [pid for pid in using if _opened(pid, index) > 1]
    if doubled:
        yield error(
            "libraries",
            f"{', '.join(map(described, doubled))} has the file open with two copies of SQLite, "
            "which break each other's locks and can corrupt it",
            "open it there with sqlite_transport.library.sqlite3 alone, and run this again with "
            "deep=True",
        )
    else:
        yield ok("libraries", f"{len(using)} processes have the file open, each with one SQLite")


def _opened(pid: int, file: str) -> int:
    try:
        descriptors = list((PROCESSES / str(pid) / "fd").iterdir())
    except OSError:
        return 0
    return sum(_target(each) == file for each in descriptors)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""

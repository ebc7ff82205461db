"""The examination: all checks in their order, whatever state the file is in.

Nothing is written and nothing is made, not even SQLite's side files: a file
that nobody has open is read as it lies there, and read again in the usual
way if it was opened meanwhile.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from sqlite_transport import snapshot
from sqlite_transport.database import keeping_off
from sqlite_transport.errors import ADVICE
from sqlite_transport.history_store import forking
from sqlite_transport.jobs.doctor import (
    backlog,
    clocks,
    controls,
    ground,
    leftovers,
    library,
    log,
    sessions,
    soundness,
    turn,
)
from sqlite_transport.jobs.doctor.case import Case
from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning
from sqlite_transport.library import sqlite3

#: Seconds to wait for another program's lock.
PATIENCE = 2.0

Check = Callable[[Case], Iterator[Finding]]
Subject = TypeVar("Subject", Case, Path)

#: What is asked of any database, and what only of one with the tables of this release.
OF_ANY: tuple[Check, ...] = (
    soundness.check_schema,
    soundness.check_integrity,
    soundness.check_journal,
    soundness.check_space,
    log.check_log,
)
OF_OURS: tuple[Check, ...] = (
    leftovers.check_pipes,
    sessions.check_sessions,
    sessions.check_owners,
    backlog.check_queues,
    backlog.check_poison,
    controls.check_controls,
    controls.check_unique,
    clocks.check_clock,
    clocks.check_schedule,
)


def examine(path: Path, *, deep: bool = False) -> list[Finding]:
    """Examine the file of a queue, which may be missing, damaged or in use.

    path: absolute and free of symbolic links. deep: compare every index with
    its table too, which takes several times as long. Reading a large file
    keeps its log from starting over for so long, as a backup does.
    """
    findings = [*library.check_version(), *ground.check_filesystem(path)]
    if path.parent.is_dir() and not os.access(path.parent, os.R_OK | os.X_OK):
        message = f"this user may not look into {path.parent}"
        return [*findings, error("file", message, "run as the file's owner")]
    if path.exists() and not path.is_file():
        # Whoever opens a pipe waits until somebody writes to it.
        message = f"this is {'a directory' if path.is_dir() else 'a pipe, a socket or a device'}"
        return [*findings, error("file", message, "name a file in the broker URL")]
    if not path.exists():
        return [*findings, *leftovers.check_log_alone(path), _missing(path)]
    for check in (
        ground.check_permissions,
        ground.check_links,
        ground.check_room,
        leftovers.check_partial,
        library.check_libraries,
        turn.check_turn,
    ):
        findings += _carefully(check, path)
    return [*findings, *_opened(path, deep)]


def _missing(path: Path) -> Finding:
    return warning(
        "file",
        f"there is no {path} yet",
        "start a worker, which makes it; if there should be one, correct the broker URL: a "
        "relative path is looked for in each process's working directory",
    )


def _opened(path: Path, deep: bool) -> list[Finding]:
    """Examine what is in the file, without a trace if nobody has it open."""
    if snapshot.is_at_rest(path):
        # A connection without locks: no thread of this process may open another meanwhile.
        with keeping_off(path):
            before = _state(path)
            findings = _read(path, deep, immutable=True)
            if snapshot.is_at_rest(path) and _state(path) == before:
                return findings
    with forking.busy:
        return _read(path, deep, immutable=False)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path, deep: bool, immutable: bool) -> list[Finding]:
    try:
        connection = snapshot.open_reading(path, PATIENCE, immutable)
    except sqlite3.Error as failure:
        return [_failed("file", failure)]
    with closing(connection):
        case = Case(path, connection, immutable, deep)
        findings = [*_carefully(_check_file, case)]
        if findings[0].level == "ok":
            findings += _all(OF_ANY, case)
            findings += _all(OF_OURS, case) if soundness.is_readable(case) else []
    return findings


def _check_file(case: Case) -> Iterator[Finding]:
    """Look whether it can be read at all."""
    case.rows("SELECT count(*) FROM sqlite_schema")
    yield ok("file", str(case.path))


def _all(checks: Iterable[Check], case: Case) -> list[Finding]:
    return [finding for check in checks for finding in _carefully(check, case)]


def _carefully(check: Callable[[Subject], Iterator[Finding]], subject: Subject) -> list[Finding]:
    """Do a check; what it cannot read is a finding too."""
    try:
        return list(check(subject))
    except (sqlite3.Error, OSError) as failure:
        return [_failed(check.__name__.removeprefix("_").removeprefix("check_"), failure)]


def _failed(name: str, failure: Exception) -> Finding:
    if isinstance(failure, OSError):
        return error(name, f"it cannot be examined: {failure}", "run as the file's owner")
    code = getattr(failure, "sqlite_errorcode", 0) & 0xFF
    _, advice = ADVICE.get(code, (None, "it cannot be read: see SQLite's message"))
    message, _, fix = advice.partition(": ")
    return error(name, f"{message} (SQLite: {failure})", fix)

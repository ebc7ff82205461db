"""Deleting what has expired: results, saved groups and chords.

Whoever stores results does it now and then, so that no timer or beat is
needed. It goes in slices that keep the write turn for some milliseconds.
"""

import time
from collections.abc import Callable
from math import inf
from pathlib import Path

from sqlite_transport import chords
from sqlite_transport.database import Database
from sqlite_transport.vacuum import vacuum

#: Seconds between two rounds of a process, and the time that a round may take;
#: one that was not enough is followed by another after LITTLE.
EVERY = 5.0
LITTLE = 1.0
ROUND = 0.2

#: Seconds that a slice should hold the turn at most, and the rows it begins with and ends at.
HELD = 0.01
FIRST_SLICE = 32
LARGEST_SLICE = 1000

NEXT_EXPIRY = (
    "SELECT min(coalesce((SELECT min(expires_at) FROM result WHERE expires_at IS NOT NULL), 9e99),"
    " coalesce((SELECT min(expires_at) FROM group_result WHERE expires_at IS NOT NULL), 9e99),"
    " coalesce((SELECT min(expires_at) FROM chord WHERE expires_at IS NOT NULL), 9e99))"
)
PURGE_RESULTS = (
    "DELETE FROM result WHERE task_id IN"
    " (SELECT task_id FROM result WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
)
PURGE_GROUPS = (
    "DELETE FROM group_result WHERE group_id IN"
    " (SELECT group_id FROM group_result WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
)
EXPIRED_CHORDS = "SELECT group_id FROM chord WHERE expires_at <= ? ORDER BY expires_at LIMIT ?"
PURGE_CHORD = "DELETE FROM chord WHERE group_id = ? AND expires_at <= ?"

_due: dict[Path, float] = {}


def purge_now_and_then(database: Database) -> None:
    """Delete some of what has expired, if this process has not looked lately."""
    started = time.monotonic()
    if started < _due.get(database.path, 0.0):
        return
    _due[database.path] = started + EVERY
    if database.read(NEXT_EXPIRY)[0][0] <= time.time() and not purge(database, ROUND):
        _due[database.path] = started + LITTLE


def purge(database: Database, seconds: float = inf) -> bool:
    """Delete what has expired and give the space back; tell whether the time was enough."""
    deadline = time.monotonic() + seconds
    done = (
        _purge_rows(database, PURGE_RESULTS, deadline)
        and _purge_rows(database, PURGE_GROUPS, deadline)
        and _purge_chords(database, deadline)
    )
    vacuum(database)
    return done


def _purge_rows(database: Database, sql: str, deadline: float) -> bool:
    now, size = time.time(), FIRST_SLICE
    while time.monotonic() < deadline:
        removed, held = _timed(lambda: database.write(sql, (now, size)))  # noqa: B023 - called at once
        if removed < size:
            return True
        size = min(size * 2, LARGEST_SLICE) if held < HELD / 2 else max(1, size // 2)
    return False


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def _purge_chords(database: Database, deadline: float) -> bool:
    now = time.time()
    while time.monotonic() < deadline:
        groups = database.read(EXPIRED_CHORDS, (now, FIRST_SLICE))
        for (group_id,) in groups:
            chords.forget_parts(database, group_id)
            database.write(PURGE_CHORD, (group_id, now))
        if len(groups) < FIRST_SLICE:
            return True
    return False

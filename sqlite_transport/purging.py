"""Deleting what has expired: results, saved groups and chords.

Whoever stores results does it now and then, and so does whoever consumes from
the same file, so that no timer or beat is needed.
"""

import time
from math import inf
from pathlib import Path

from sqlite_transport import chords
from sqlite_transport.database import Database
from sqlite_transport.slices import Slices
from sqlite_transport.vacuum import vacuum

#: Seconds between two rounds of a process, and the time that a round may take;
#: one that was not enough is followed by another after LITTLE.
EVERY = 5.0
LITTLE = 1.0
ROUND = 0.2

#: Chords that one look finds.
CHORDS = 32

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

COUNT = (
    "SELECT (SELECT count(*) FROM result WHERE expires_at <= ?1)"
    " + (SELECT count(*) FROM group_result WHERE expires_at <= ?1)"
    " + (SELECT count(*) FROM chord WHERE expires_at <= ?1)"
)

_due: dict[Path, float] = {}


def count_expired(database: Database, now: float) -> int:
    """Return how many results, saved groups and chords are there that have expired by `now`."""
    return int(database.read(COUNT, (now,))[0][0])


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
    now, slices = time.time(), Slices()
    while time.monotonic() < deadline:
        size = slices.size
        with slices.transaction(database) as connection:
            removed = connection.execute(sql, (now, size)).rowcount
        if removed < size:
            return True
    return False


def _purge_chords(database: Database, deadline: float) -> bool:
    now = time.time()
    while time.monotonic() < deadline:
        groups = database.read(EXPIRED_CHORDS, (now, CHORDS))
        for (group_id,) in groups:
            if not chords.forget_parts(database, group_id, deadline):
                return False
            database.write(PURGE_CHORD, (group_id, now))
        if len(groups) < CHORDS:
            return True
    return False

"""Making of a backup a queue that goes on where the present file is now.

It is done to a copy of the backup, before anybody sees it. What must not
happen: that a number stands for two jobs, that a process takes the restored
content for what it knew before, that a job waits for a worker that is gone.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from sqlite_transport import events, session
from sqlite_transport.library import sqlite3

STANDING = (
    "SELECT revision, max(last_job_id, coalesce((SELECT max(id) FROM job), 0)) FROM state LIMIT 1"
)
SESSIONS = "SELECT id, pid, hostname, program, started_at FROM session"
#: The counters of ids that never come back.
SEQUENCES = "SELECT name, seq FROM sqlite_sequence"

#: A row of SESSIONS.
SessionRow = tuple[int, int, str, str, float]


class Standing(NamedTuple):
    """How far a file has come: the routing's revision, the newest job, its counters, who is there.

    What cannot be read, because the file is of another version, is 0 or empty.
    """

    revision: int
    newest_job: int
    sequences: dict[str, int]
    sessions: list[SessionRow]


def standing_of(connection: Any) -> Standing:
    """Return how far the file has come."""
    revision, newest = 0, 0
    sequences: dict[str, int] = {}
    sessions: list[SessionRow] = []
    with suppress(sqlite3.OperationalError):
        revision, newest = connection.execute(STANDING).fetchone() or (0, 0)
    with suppress(sqlite3.OperationalError):
        sequences = dict(connection.execute(SEQUENCES).fetchall())
    with suppress(sqlite3.OperationalError):
        sessions = connection.execute(SESSIONS).fetchall()
    return Standing(revision, newest, sequences, sessions)


NOTHING = Standing(0, 0, {}, [])

OWNERS = "SELECT id FROM session UNION SELECT session FROM job WHERE session IS NOT NULL"
SILENCE = "DELETE FROM subscriber"
RENEW = (
    "UPDATE state SET identity = lower(hex(randomblob(16))),"
    " revision = max(revision, ?1) + 1, last_job_id = max(last_job_id, ?2)"
)
RAISE_SEQUENCE = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1"
NEW_SEQUENCE = (
    "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)"
)
CARRY = "INSERT INTO session (id, pid, hostname, program, started_at) VALUES (?, ?, ?, ?, ?)"


def revive(connection: Any, present: Standing, living: Iterable[SessionRow], now: float) -> None:
    """Prepare a copy of a backup to take the place of a file that stands at `present`.

    - It gets an identity of its own: the numbers of jobs after the backup may be in a
      history elsewhere, and whoever has the file open notices by it.
    - Numbers go on after the present file's, of jobs and of sessions; so does the
      routing's revision.
    - What was being processed goes back to its place, as if its worker had died,
      but none of it counts as poison for that.
    - Nobody listens to its events.
    - Sessions that live are carried over: what they claim before they notice is theirs,
      and comes back if they die.
    """
    connection.execute("BEGIN IMMEDIATE")
    for (number,) in connection.execute(OWNERS).fetchall():
        session.end(connection, number, 0, now)
    connection.execute(SILENCE)
    events.stop(connection)
    connection.execute(RENEW, (present.revision, present.newest_job))
    for counter in present.sequences.items():
        connection.execute(RAISE_SEQUENCE, counter)
        connection.execute(NEW_SEQUENCE, counter)
    connection.executemany(CARRY, list(living))
    connection.execute("COMMIT")


PAGE_SIZE, AUTO_VACUUM = "PRAGMA page_size", "PRAGMA auto_vacuum"
INCREMENTAL = 2


def fit(connection: Any, page_size: int) -> None:
    """Give a copy pages of this size, and the ability to give free ones back."""
    found = connection.execute(PAGE_SIZE).fetchone()[0]
    able = connection.execute(AUTO_VACUUM).fetchone()[0] == INCREMENTAL
    if found != page_size or not able:
        connection.execute(f"PRAGMA page_size = {int(page_size)}")
        connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
        connection.execute("VACUUM")

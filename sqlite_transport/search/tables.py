"""The tables of the index. They are not in `schema`: a file that nobody searches has none."""

import time
from typing import Any, NamedTuple

from sqlite_transport.database import Database

#: Of what stands in them; an index of another version is made anew.
VERSION = 1

CREATE = (
    "CREATE TABLE job_search ("
    "version INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,"
    " searched_at REAL NOT NULL)",
    "CREATE TABLE job_search_block (id INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
    " jobs INTEGER NOT NULL, unread INTEGER NOT NULL)",
    "CREATE TABLE job_search_term (block INTEGER NOT NULL, term TEXT NOT NULL,"
    " jobs BLOB NOT NULL, PRIMARY KEY (block, term)) WITHOUT ROWID",
    "CREATE TABLE job_search_changed (job_id INTEGER PRIMARY KEY)",
    # Only what sets one of these columns, a retry or an operator's change, is
    # slowed by it; a claim and a settle do not.
    "CREATE TRIGGER job_search_change AFTER UPDATE OF payload, type, queue, task_id ON job"
    " WHEN old.payload IS NOT new.payload OR old.type IS NOT new.type"
    " OR old.queue IS NOT new.queue OR old.task_id IS NOT new.task_id"
    " BEGIN INSERT OR IGNORE INTO job_search_changed VALUES (new.id); END",
    f"INSERT INTO job_search SELECT {VERSION}, newest + 1, newest, ?1"  # noqa: S608
    " FROM (SELECT coalesce(max(id), 0) AS newest FROM job)",
)
DROP = (
    "DROP TRIGGER IF EXISTS job_search_change",
    *(
        f"DROP TABLE IF EXISTS {name}"
        for name in ("job_search", "job_search_block", "job_search_term", "job_search_changed")
    ),
)

EXISTS = "SELECT 1 FROM sqlite_schema WHERE name = 'job_search'"
STATE = "SELECT version, low, high, searched_at FROM job_search"
SEARCHED = "UPDATE job_search SET searched_at = ?"

#: Seconds after which it is noted anew that somebody searches.
NOTE = 3600.0


class State(NamedTuple):
    """What is in the index: every job from `low` to `high`, and when it was last asked."""

    version: int
    low: int
    high: int
    searched_at: float

    def covers(self, job: int) -> bool:
        """Tell whether the index says all of the job."""
        return self.low <= job <= self.high


def read_state(database: Database) -> State | None:
    """Return what is in the index, None if there is none that can be used."""
    if not database.read(EXISTS):
        return None
    state = State._make(database.read(STATE)[0])
    return state if state.version == VERSION else None


def want(database: Database) -> State:
    """Note that somebody searches; make the index, an empty one, if there is none."""
    state = read_state(database)
    now = time.time()
    if state is None:
        with database.writing as connection:
            _create(connection, now)
        state = read_state(database)
        assert state is not None  # noqa: S101 - just made
    elif now - state.searched_at > NOTE:
        database.write(SEARCHED, (now,))
    return state


def _create(connection: Any, now: float) -> None:
    """Make the tables, unless another process was first."""
    if connection.execute(EXISTS).fetchall():
        if connection.execute(STATE).fetchone()[0] == VERSION:
            return
        for statement in DROP:
            connection.execute(statement)
    *tables, first = CREATE
    for statement in tables:
        connection.execute(statement)
    connection.execute(first, (now,))

"""Walking through all jobs of a status, a slice at a time, in the order of its index.

A walk goes on after the last job that it has seen, so what is changed behind
it does not matter, and one that was broken off can be begun anew.
"""

from functools import cache
from typing import Any, NamedTuple

from sqlite_transport.database import Database
from sqlite_transport.status import BLOCKED, OVER, PENDING, PROCESSING, SCHEDULED


class Walk(NamedTuple):
    """condition: which rows the index holds. key: its columns, and the id. start: before all."""

    condition: str
    key: str
    start: tuple[object, ...]


LONG_AGO = -1e300

WALKS = {
    PENDING: Walk("status = 'pending'", "queue, priority, id", ("", -1, 0)),
    SCHEDULED: Walk("status = 'scheduled'", "due_at, id", (LONG_AGO, 0)),
    BLOCKED: Walk("status = 'blocked'", "blocked_by, priority, id", ("", -1, 0)),
    PROCESSING: Walk("session IS NOT NULL AND status = 'processing'", "session, id", (0, 0)),
    **{
        status: Walk(
            f"status = '{status}' AND completed_at IS NOT NULL", "completed_at, id", (LONG_AGO, 0)
        )
        for status in OVER
    },
}

#: In one queue the index of the pending jobs gives them from the most urgent on.
ONE_QUEUE = Walk("status = 'pending' AND queue = ?3", "priority, id", (-1, 0))


class Wanted(NamedTuple):
    """Which jobs: empty texts are all. Times are of their ends, and seconds since 1970 UTC."""

    status: str
    type: str = ""
    queue: str = ""
    newest: int = 2**63 - 1
    since: float = LONG_AGO
    until: float = -LONG_AGO

    @property
    def walk(self) -> Walk:
        """The way to them."""
        if self.status == PENDING and self.queue:
            return ONE_QUEUE
        return WALKS[self.status]

    @property
    def has_ended(self) -> bool:
        """Whether they are in the history."""
        return self.status in OVER


# The plus keeps SQLite from a walk through the table in the order of the ids.
_WANTED = "+id <= ?1 AND type <> '' AND (?2 = '' OR type = ?2) AND (?3 = '' OR queue = ?3)"


@cache
def _where(wanted_walk: Walk, has_ended: bool) -> str:
    times = " AND completed_at >= ?4 AND completed_at <= ?5" if has_ended else ""
    return f"WHERE {wanted_walk.condition} AND {_WANTED}{times}"


@cache
def step(walk: Walk, has_ended: bool) -> str:
    """Return the query for the next jobs: their keys, payloads and content types."""
    places = ", ".join(f"?{number}" for number in range(7, 7 + len(walk.start)))
    return (
        f"SELECT {walk.key}, payload, content_type FROM job"  # noqa: S608
        f" {_where(walk, has_ended)} AND ({walk.key}) > ({places}) ORDER BY {walk.key} LIMIT ?6"
    )


@cache
def count(walk: Walk, has_ended: bool) -> str:
    """Return the query for how many they are."""
    return f"SELECT count(*) FROM job {_where(walk, has_ended)}"  # noqa: S608


class Seen(NamedTuple):
    """A job that a walk has come to."""

    id: int
    key: tuple[object, ...]
    payload: str | bytes | None
    content_type: str | None


def first(wanted: Wanted) -> tuple[object, ...]:
    """Return where to begin."""
    if wanted.has_ended:
        return (wanted.since, 0)
    return wanted.walk.start


def next_jobs(
    database: Database, wanted: Wanted, after: tuple[object, ...], limit: int
) -> list[Seen]:
    """Return the next jobs after a key."""
    sql = step(wanted.walk, wanted.has_ended)
    rows = database.read(sql, (*_parameters(wanted), limit, *after))
    return [Seen(row[-3], row[:-2], row[-2], row[-1]) for row in rows]


def how_many(database: Database, wanted: Wanted) -> int:
    """Return how many there are by now."""
    sql = count(wanted.walk, wanted.has_ended)
    found: int = database.read(sql, _parameters(wanted)[: 5 if wanted.has_ended else 3])[0][0]
    return found


def _parameters(wanted: Wanted) -> tuple[Any, ...]:
    return (wanted.newest, wanted.type, wanted.queue, wanted.since, wanted.until)

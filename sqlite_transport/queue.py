"""The active queue: publish, claim, settle, restore and purge as SQL.

A job's way through the table: it is inserted as `pending` (or as `scheduled`
until it is due), becomes `processing` when a session claims it, and ends with
the outcome that the session settles it with (see `settling`). Each function
runs within the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cache
from itertools import count
from operator import attrgetter
from typing import Any, NamedTuple

from sqlite_transport.history import end
from sqlite_transport.status import CANCELLED, FAILED, LOST

#: Rows that one transaction of a bulk change touches, to keep the turn short.
SLICE = 1000

# A parameter that is None costs as much as ten others: the driver looks for an
# adapter for it first. So what mostly is NULL comes as 0.
_INSERT = (
    "INSERT INTO job (queue, priority, status, created_at, updated_at, due_at, expires_at,"
    " type, task_id, payload, headers, properties, content_type, content_encoding, retry_count,"
    " id, transient) VALUES (?, ?, ?, ?4, ?4, nullif(?, 0), nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?,"
    " (SELECT 1 + max(last_job_id, coalesce((SELECT max(id) FROM job), 0)) FROM state), "
)
INSERT = f"{_INSERT}?)"

#: The same, which fails on transient's NOT NULL if the routing has changed since the revision.
INSERT_AT_REVISION = f"{_INSERT}(SELECT ? FROM state WHERE revision = ?))"  # noqa: S608


class Claimed(NamedTuple):
    """A job as it is handed out."""

    id: int
    queue: str
    priority: int
    payload: str | bytes | None
    headers: str
    properties: str
    content_type: str | None
    content_encoding: str | None
    deliveries: int
    redelivered: int
    transient: int
    retry_count: int

    def is_last_chance(self, max_deliveries: int) -> bool:
        """Tell whether it came back before, and is poison if it does so again."""
        return bool(self.redelivered) and 0 < max_deliveries <= self.deliveries


_HANDED_OUT = (
    "RETURNING id, queue, priority, payload, headers, properties, content_type, content_encoding,"
    " deliveries, redelivered, transient, retry_count"
)


@cache
def ready_ids(queues: int) -> str:
    """Return the query for the most urgent jobs of several queues, oldest first.

    Its parameters are the queue names (from ?1), the time and the limit. Each
    queue gives its first ones straight from the index, and those are merged.
    """
    now, limit = queues + 1, queues + 2
    each = [
        "SELECT * FROM (SELECT priority, id FROM job"  # noqa: S608
        f" WHERE status = 'pending' AND queue = ?{number}"
        f" AND (expires_at IS NULL OR expires_at > ?{now})"
        f" ORDER BY priority, id LIMIT ?{limit})"
        for number in range(1, queues + 1)
    ]
    union = " UNION ALL ".join(each)
    return f"SELECT id FROM ({union}) ORDER BY priority, id LIMIT ?{limit}"  # noqa: S608


@cache
def look(groups: tuple[int, ...]) -> str:
    """Return the query for when the next job is due, and in which groups of queues one is ready.

    groups: how many queues each has, and there may be none. Its parameters are
    the names of the queues, group by group, and the time.
    """
    numbers = count(1)
    now = sum(groups) + 1
    ready = [
        "EXISTS (SELECT 1 FROM job WHERE status = 'pending'"  # noqa: S608
        f" AND queue IN ({', '.join(f'?{next(numbers)}' for _ in range(size))})"
        f" AND (expires_at IS NULL OR expires_at > ?{now}))"
        for size in groups
    ]
    return f"SELECT {', '.join([f'({NEXT_DUE})', *ready])} WHERE ?{now}"


@cache
def _claim(queues: int) -> str:
    now, session = queues + 1, queues + 3
    return (
        f"UPDATE job SET status = 'processing', session = ?{session},"  # noqa: S608
        f" deliveries = deliveries + 1, started_at = ?{now}, updated_at = ?{now}"
        f" WHERE id IN ({ready_ids(queues)}) {_HANDED_OUT}"
    )


def claim(
    connection: Any, queues: Sequence[str], limit: int, session: int, now: float
) -> list[Claimed]:
    """Hand at most `limit` jobs of these queues to the session, in their order."""
    rows = connection.execute(_claim(len(queues)), (*queues, now, limit, session)).fetchall()
    return sorted(map(Claimed._make, rows), key=URGENCY)


RUNNING = (
    "SELECT id FROM job WHERE session IS NOT NULL AND status = 'processing' AND task_id = ?"
    " AND retry_count = ?"
)
TRY_AGAIN = (
    "UPDATE job SET queue = ?1, priority = ?2, status = ?3, updated_at = ?4,"
    " due_at = nullif(?5, 0), expires_at = nullif(?6, 0), type = ?7, task_id = ?8, payload = ?9,"
    " headers = ?10, properties = ?11, content_type = ?12, content_encoding = ?13,"
    " retry_count = ?14, session = NULL, accepted = 0, deliveries = 0, redelivered = 0,"
    " started_at = NULL, worker = NULL WHERE id = ?15"
)


def try_again(connection: Any, values: Sequence[object]) -> bool:
    """Store the retry of a task in the row of the job that is running it, if there is one.

    `values` are those of `INSERT`. The job keeps its identity, and is at no
    moment there twice, or not at all.
    """
    task_id, retry_count = values[7], values[13]
    rows = connection.execute(RUNNING, (task_id, int(str(retry_count)) - 1)).fetchall()
    if len(rows) != 1:  # of two tasks with one id nobody can tell which it is
        return False
    connection.execute(TRY_AGAIN, (*values[:14], rows[0][0]))
    return True


#: The order in which jobs are handed out: lower priority first, then older.
URGENCY = attrgetter("priority", "id")


_WAITING = "status = 'pending', session = NULL, started_at = NULL, worker = NULL"

GIVE_BACK = (
    f"UPDATE job SET {_WAITING}, updated_at = ?3,"  # noqa: S608
    " deliveries = deliveries - ?4, redelivered = max(redelivered, ?5)"
    " WHERE id = ?1 AND session = ?2 AND retry_count = ?6 RETURNING queue"
)

#: A job's id, and which retry of its task is meant.
Attempt = tuple[int, int]


class Return(Enum):
    """Why a job goes back to its place: what to take off its deliveries, and was it seen."""

    #: The consumer asked for it.
    REQUEUED = (0, 1)
    #: The consumer closed before it settled the job.
    UNSETTLED = (1, 1)
    #: The job was claimed, but no consumer has seen it.
    UNSEEN = (1, 0)


def give_back(
    connection: Any, jobs: Iterable[Attempt], why: Return, session: int, now: float
) -> set[str]:
    """Put jobs of the session back to their places; return the queues that now have work."""
    queues: set[str] = set()
    for job, attempt in jobs:
        rows = connection.execute(GIVE_BACK, (job, session, now, *why.value, attempt)).fetchall()
        queues.update(row[0] for row in rows)
    return queues


POISON = "session = ?1 AND deliveries >= ?2"
POISON_ONE = f"{POISON} AND id = ?3 AND retry_count = ?4"


def bury_poison(
    connection: Any,
    condition: str,
    session: int,
    max_deliveries: int,
    now: float,
    *parameters: object,
) -> None:
    """End what was delivered too often, and never settled, as failed."""
    if max_deliveries:
        reason = f"delivered {max_deliveries} times and never finished (max_deliveries)"
        end(connection, condition, (session, max_deliveries, *parameters), (FAILED, reason), now)


RESTORE = (
    f"UPDATE job SET {_WAITING}, updated_at = ?2, redelivered = 1 WHERE session = ?1"  # noqa: S608
    " RETURNING queue"
)


#: Begun and acknowledged: to be run once at most.
ACCEPTED = "session = ?1 AND accepted = 1"
GIVEN_UP = (
    "its worker ended before it did; it was acknowledged when it began, so it does not run again"
)

LOSE = (
    "INSERT INTO job_attempt (job_id, status, error, worker, started_at, completed_at,"  # noqa: S608
    f" retry_count) SELECT id, '{LOST}', 'the process that had it died', worker, started_at, ?2,"
    " retry_count FROM job WHERE session = ?1 AND transient = 0"
)


def restore(connection: Any, session: int, max_deliveries: int, now: float) -> set[str]:
    """Put back all that a session still holds; return the queues that now have work."""
    end(connection, ACCEPTED, (session,), (FAILED, GIVEN_UP), now)
    bury_poison(connection, POISON, session, max_deliveries, now)
    connection.execute(LOSE, (session, now))
    return {row[0] for row in connection.execute(RESTORE, (session, now)).fetchall()}


PROMOTE = (
    "UPDATE job SET status = 'pending', updated_at = ?1 WHERE id IN"  # noqa: S608
    " (SELECT id FROM job WHERE status = 'scheduled' AND due_at <= ?1"
    f" ORDER BY due_at LIMIT {SLICE}) RETURNING queue"
)


def promote_due(connection: Any, now: float) -> set[str]:
    """Make scheduled jobs that are due ready, a slice at a time; return their queues."""
    return {row[0] for row in connection.execute(PROMOTE, (now,)).fetchall()}


NEXT_DUE = "SELECT min(due_at) FROM job WHERE status = 'scheduled'"
NEXT_EXPIRY = (
    "SELECT min(expires_at) FROM job"
    " WHERE expires_at IS NOT NULL AND session IS NULL AND completed_at IS NULL"
)
EXPIRED = (
    "id IN (SELECT id FROM job WHERE expires_at IS NOT NULL AND session IS NULL"  # noqa: S608
    f" AND completed_at IS NULL AND expires_at <= ?1 ORDER BY expires_at, id LIMIT {SLICE})"
)


def expire(connection: Any, now: float) -> int:
    """End jobs whose time is over, a slice at a time; return how many."""
    return end(connection, EXPIRED, (now,), (CANCELLED, "expired"), now)


COUNT_READY = "SELECT count(*) FROM job WHERE status = 'pending' AND queue = ?"
OVERFLOW = (
    "id IN (SELECT id FROM job WHERE status = 'pending' AND queue = ?1"
    " ORDER BY priority, id LIMIT ?2)"
)


def drop_overflow(connection: Any, queue: str, max_length: int, now: float) -> None:
    """Drop from the queue's head what it holds beyond its length."""
    surplus = connection.execute(COUNT_READY, (queue,)).fetchone()[0] - max_length
    if surplus > 0:
        reason = f"dropped from the head of its full queue (x-max-length {max_length})"
        end(connection, OVERFLOW, (queue, surplus), (CANCELLED, reason), now)


NEWEST = "SELECT coalesce(max(id), 0) FROM job"
#: By status, each in the order of the index that it goes through.
PURGE = {
    status: "id IN (SELECT id FROM job"  # noqa: S608
    f" WHERE queue = ?1 AND status = '{status}' AND id <= ?2 ORDER BY {order} LIMIT {SLICE})"
    for status, order in (("pending", "priority, id"), ("scheduled", "due_at, id"))
}


def purge_slice(connection: Any, queue: str, status: str, newest: int, now: float) -> int:
    """End waiting jobs up to the id `newest`, a slice; return how many."""
    return end(connection, PURGE[status], (queue, newest), (CANCELLED, "purged"), now)

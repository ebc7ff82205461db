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
INTO = (
    "INSERT INTO job (queue, priority, status, created_at, updated_at, due_at, expires_at,"
    " type, task_id, payload, headers, properties, content_type, content_encoding, retry_count,"
    " limit_key, id, transient)"
)
NEXT_ID = "(SELECT 1 + max(last_job_id, coalesce((SELECT max(id) FROM job), 0)) FROM state)"
_VALUES = (
    " ?, ?, ?, ?4, ?4, nullif(?, 0), nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''),"
    f" {NEXT_ID}, "
)
INSERT = f"{INTO} VALUES ({_VALUES}?)"

# Transient's NOT NULL fails if the routing has changed since the revision.
_AT_REVISION = "(SELECT ? FROM state WHERE revision = ?)"
INSERT_AT_REVISION = f"{INTO} VALUES ({_VALUES}{_AT_REVISION})"


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
    # Only of a job that came through the gates.
    type: str | None = None
    limit_key: str | None = None

    def is_last_chance(self, max_deliveries: int) -> bool:
        """Tell whether it came back before, and is poison if it does so again."""
        return bool(self.redelivered) and 0 < max_deliveries <= self.deliveries


HANDED_OUT = (
    "RETURNING id, queue, priority, payload, headers, properties, content_type, content_encoding,"
    " deliveries, redelivered, transient, retry_count"
)


@cache
def ready(queues: int, columns: str = "id") -> str:
    """Return the query for the most urgent jobs of several queues, oldest first.

    Its parameters are the queue names (from ?1), the time and the limit. Each
    queue gives its first ones straight from the index, and those are merged.
    """
    now, limit = queues + 1, queues + 2

    def first(queue: str) -> str:
        return (
            f"FROM job WHERE status = 'pending' AND queue = {queue}"
            f" AND (expires_at IS NULL OR expires_at > ?{now}) ORDER BY priority, id LIMIT ?{limit}"
        )

    if queues == 1:
        return f"SELECT {columns} {first('?1')}"
    # A union of them costs more with each queue, and SQLite takes no more than 500.
    names = ", ".join(f"(?{number})" for number in range(1, now))
    return (
        f"WITH wanted (name) AS (VALUES {names}) SELECT {columns} FROM wanted"  # noqa: S608
        f" CROSS JOIN job ON job.id IN (SELECT id {first('wanted.name')})"
        f" ORDER BY priority, id LIMIT ?{limit}"
    )


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
        f" WHERE (SELECT controlled FROM state) = 0 AND id IN ({ready(queues)})"
        f" {HANDED_OUT}, NULL, NULL"
    )


def claim(
    connection: Any, queues: Sequence[str], limit: int, session: int, now: float
) -> list[Claimed]:
    """Hand at most `limit` jobs of these queues to the session, in their order.

    None at all while there are gates that jobs have to pass (see `claiming`).
    """
    rows = connection.execute(_claim(len(queues)), (*queues, now, limit, session)).fetchall()
    return sorted(map(Claimed._make, rows), key=URGENCY)


RUNNING = (
    "SELECT id, cancel_requested_at FROM job"
    " WHERE session IS NOT NULL AND status = 'processing' AND task_id = ?"
    " AND retry_count = ?"
)
# What is run again begins anew.
_ANEW = "started_at = NULL, progress_done = NULL, progress_total = NULL, progress_message = NULL"
TRY_AGAIN = (
    "UPDATE job SET queue = ?1, priority = ?2, status = ?3, updated_at = ?4,"  # noqa: S608
    " due_at = nullif(?5, 0), expires_at = nullif(?6, 0), type = ?7, task_id = ?8, payload = ?9,"
    " headers = ?10, properties = ?11, content_type = ?12, content_encoding = ?13,"
    " retry_count = ?14, limit_key = nullif(?15, ''), session = NULL, accepted = 0, deliveries = 0,"
    f" redelivered = 0, worker = NULL, {_ANEW} WHERE id = ?16"
)


def try_again(connection: Any, values: Sequence[object]) -> bool:
    """Store the retry of a task in the row of the job that is running it, if there is one.

    `values` are those of `INSERT`. The job keeps its identity, and is at no
    moment there twice, or not at all. One that was to be cancelled ends with
    it: the retry does not run.
    """
    task_id, retry_count, now = values[7], values[13], float(str(values[3]))
    rows = connection.execute(RUNNING, (task_id, int(str(retry_count)) - 1)).fetchall()
    if len(rows) != 1:  # of two tasks with one id nobody can tell which it is
        return False
    job, cancel_requested_at = rows[0]
    connection.execute(TRY_AGAIN, (*values[:15], job))
    if cancel_requested_at is not None:
        end(connection, ONE, (job,), (CANCELLED, BY_OPERATOR), now)
    return True


ONE = "id = ?"
#: Why a job was cancelled; the second if its worker ended before it did.
BY_OPERATOR = "cancelled by an operator"
BY_OPERATOR_AND_DEATH = f"{BY_OPERATOR}, and its worker ended"

#: The order in which jobs are handed out: lower priority first, then older.
URGENCY = attrgetter("priority", "id")


_WAITING = f"status = 'pending', session = NULL, accepted = 0, worker = NULL, {_ANEW}"

GIVE_BACK = (
    f"UPDATE job SET {_WAITING}, updated_at = ?3,"  # noqa: S608
    " deliveries = deliveries - ?4, redelivered = max(redelivered, ?5)"
    " WHERE id = ?1 AND session = ?2 AND retry_count = ?6"
    " RETURNING queue, cancel_requested_at"
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
    """Put jobs of the session back to their places; return the queues that now have work.

    One that was to be cancelled ends instead.
    """
    queues: set[str] = set()
    for job, attempt in jobs:
        rows = connection.execute(GIVE_BACK, (job, session, now, *why.value, attempt)).fetchall()
        for queue, cancel_requested_at in rows:
            if cancel_requested_at is None:
                queues.add(queue)
            else:
                end(connection, ONE, (job,), (CANCELLED, BY_OPERATOR), now)
    return queues


POISON = "session = ?1 AND deliveries >= ?2 AND cancel_requested_at IS NULL"
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


#: To be cancelled: not to be run again, and not to be told as lost.
UNWANTED = "session = ?1 AND cancel_requested_at IS NOT NULL"

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
    end(connection, UNWANTED, (session,), (CANCELLED, BY_OPERATOR_AND_DEATH), now)
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
    for status, order in (
        ("pending", "priority, id"),
        ("scheduled", "due_at, id"),
        ("blocked", "blocked_by, priority, id"),
    )
}

#: The order in which a job goes through them, so that none slips by.
PURGE_ORDER = ("scheduled", "pending", "blocked", "pending")


def purge_slice(connection: Any, queue: str, status: str, newest: int, now: float) -> int:
    """End waiting jobs up to the id `newest`, a slice; return how many."""
    return end(connection, PURGE[status], (queue, newest), (CANCELLED, "purged"), now)

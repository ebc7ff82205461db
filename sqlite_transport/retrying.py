"""Putting a job back into its queue that has ended: the same row, the same task, from the start.

How it had ended is kept among its attempts. Each function runs within the
caller's transaction.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlite_transport.altering import edited, without

#: The header that says from when on the task is wanted again (seconds since
#: 1970): a worker that remembers it as revoked before that must forget it.
#: Celery takes a header of this kind along when the task is tried again.
WANTED_SINCE = "wanted_since"


class Ended(NamedTuple):
    """A job that has ended."""

    id: int
    queue: str
    task_id: str | None
    type: str
    headers: str
    properties: str


# The plus keeps SQLite from a walk through the whole history.
_LIST = "id IN (SELECT value FROM json_each(?1)) AND +completed_at IS NOT NULL"
FIND = f"SELECT {', '.join(Ended._fields)} FROM job WHERE {_LIST} ORDER BY id"  # noqa: S608
KEEP_END = (
    "INSERT INTO job_attempt (job_id, status, error, traceback, worker, retry_count, started_at,"  # noqa: S608
    " completed_at) SELECT id, status, error, traceback, worker, retry_count, started_at,"
    f" completed_at FROM job WHERE {_LIST}"
)
REVIVE = (
    "UPDATE job SET status = 'pending', headers = ?2, properties = ?3, expires_at = nullif(?4, 0),"
    " due_at = ?5, updated_at = ?5, retry_count = 0, max_retries = NULL, deliveries = 0,"
    " redelivered = 0, accepted = 0, session = NULL, error = NULL, traceback = NULL,"
    " worker = NULL, started_at = NULL, completed_at = NULL, blocked_by = NULL,"
    " cancel_requested_at = NULL, progress_done = NULL, progress_total = NULL,"
    " progress_message = NULL WHERE id = ?1"
)


def find(connection: Any, jobs: Sequence[int]) -> list[Ended]:
    """Return those of the jobs that have ended."""
    return [Ended._make(row) for row in connection.execute(FIND, (json.dumps(jobs),)).fetchall()]


def keep_ends(connection: Any, jobs: Sequence[Ended]) -> None:
    """Keep among their attempts how the jobs had ended."""
    connection.execute(KEEP_END, (json.dumps([job.id for job in jobs]),))


def revive(connection: Any, job: Ended, expires_at: float | None, now: float) -> None:
    """Make the job ready, as if it had been published just now."""
    headers, properties = renewed(job.headers, job.properties, now)
    connection.execute(REVIVE, (job.id, headers, properties, expires_at or 0, now))


def renewed(headers: str, properties: str, now: float) -> tuple[str, str]:
    """Return headers and properties without what the last time has left in them."""
    fresh = {"retries": 0, "eta": None, "expires": None, WANTED_SINCE: now}
    is_task = '"task"' in headers
    return edited(headers, **fresh) if is_task else headers, without(properties, "expiration")

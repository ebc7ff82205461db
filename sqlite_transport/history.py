"""The archive: what has left the queue, and how it ended.

Transient messages (events, remote control, replies) leave without a trace.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

COMPLETED, FAILED, CANCELLED = "completed", "failed", "cancelled"

#: What a job keeps when it moves from the queue into the history.
KEPT = (
    "queue, type, task_id, priority, payload, headers, properties, content_type, "
    "content_encoding, retry_count, max_retries, deliveries, created_at, due_at, expires_at, "
    "started_at"
)

MOVE = (
    f"INSERT INTO job_history (job_id, {KEPT}, status, error, updated_at, completed_at,"  # noqa: S608
    f" duration_ms) SELECT id, {KEPT}, ?1, ?2, ?3, ?3, (?3 - started_at) * 1000"
    " FROM job_queue WHERE transient = 0 AND "
)
REMOVE = "DELETE FROM job_queue WHERE "

#: The highest id in the queue, and its memory once that job has left.
NEWEST = "SELECT max(id) FROM job_queue"
REMEMBER_NEWEST = "UPDATE state SET last_job_id = max(last_job_id, ?)"


def archive(
    connection: Any,
    condition: str,
    parameters: Sequence[object],
    outcome: tuple[str, str | None],
    now: float,
) -> int:
    """Move the jobs that meet `condition` from the queue into the history.

    `condition` numbers its parameters from ?4 on. Return how many were moved
    or, being transient, dropped.
    """
    newest = connection.execute(NEWEST).fetchone()[0]
    connection.execute(MOVE + condition, (*outcome, now, *parameters))
    removed: int = connection.execute(REMOVE + renumbered(condition), parameters).rowcount
    if connection.execute(NEWEST).fetchone()[0] != newest:
        connection.execute(REMEMBER_NEWEST, (newest,))
    return removed


@cache
def renumbered(condition: str) -> str:
    """Return the condition with its parameters numbered from ?1 on."""
    for number in range(4, 9):
        condition = condition.replace(f"?{number}", f"?{number - 3}")
    return condition

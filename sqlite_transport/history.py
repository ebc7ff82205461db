"""The history: jobs that have ended, and how.

A job ends by a change of its row's status, which costs half as much as a copy
into another table. Transient messages (events, remote control, replies) end
without a trace.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """How an attempt at a job ended.

    status: see the module of that name. error: the exception's type and message, or the
    reason. worker: the node that ran it. started_at, completed_at: when it
    began and ended, seconds since 1970; None where only the claim and the
    settle are known. max_retries: the task's limit.
    """

    status: str
    error: str | None = None
    traceback: str | None = None
    worker: str | None = None
    started_at: float | None = None
    completed_at: float | None = None
    max_retries: int | None = None


def storable(text: str | None) -> str:
    """Return a text as SQLite takes it: a file name that is no UTF-8 has lone surrogates."""
    return text.encode(errors="backslashreplace").decode() if text else ""


#: What every end does to a row; the caller adds which.
ENDED = "session = NULL, accepted = 0, updated_at = ?3"

FIND = "SELECT id, transient FROM job WHERE "
END = (
    f"UPDATE job SET status = ?1, error = ?2, completed_at = ?3, {ENDED}"  # noqa: S608
    " WHERE id IN (SELECT value FROM json_each(?4))"
)


def end(
    connection: Any,
    condition: str,
    parameters: Sequence[object],
    outcome: tuple[str, str | None],
    now: float,
) -> int:
    """End the jobs that meet `condition`, all alike; return how many there were.

    `outcome` is a status and why.
    """
    rows = connection.execute(FIND + condition, parameters).fetchall()
    ended = [job for job, transient in rows if not transient]
    if ended:
        connection.execute(END, (*outcome, now, json.dumps(ended)))
    forget(connection, [job for job, transient in rows if transient])
    return len(rows)


REMOVE = "DELETE FROM job WHERE id IN (SELECT value FROM json_each(?))"
REMOVE_ATTEMPTS = "DELETE FROM job_attempt WHERE job_id IN (SELECT value FROM json_each(?))"

#: The name of the file's content, which a restore from a backup changes.
IDENTITY = "SELECT identity FROM state"

#: The highest id in the table, and its memory once that job has left.
NEWEST = "SELECT max(id) FROM job"
REMEMBER_NEWEST = "UPDATE state SET last_job_id = max(last_job_id, ?)"


def forget(connection: Any, jobs: Sequence[int]) -> None:
    """Remove jobs with all that is known of them."""
    if jobs:
        remove(connection, jobs)
        connection.execute(REMOVE_ATTEMPTS, (json.dumps(jobs),))


def remove(connection: Any, jobs: Sequence[int]) -> None:
    """Remove jobs, but not their former attempts."""
    newest = connection.execute(NEWEST).fetchone()[0]
    connection.execute(REMOVE, (json.dumps(jobs),))
    if newest in jobs:
        connection.execute(REMEMBER_NEWEST, (newest,))

"""A job that has ended, and an attempt that was not its last one, on their way to the store.

Times are seconds since 1970-01-01 UTC. The fields are named as the columns.
"""

import hashlib
from typing import NamedTuple

#: Characters that a job's key may have.
KEY_LENGTH = 80


class Entry(NamedTuple):
    """A job that has ended.

    job_id: what the job is known by; a second entry of that name replaces the first.
    payload: the body as it was sent, text or bytes. headers, properties: JSON.
    """

    job_id: str
    queue: str
    type: str
    task_id: str | None
    priority: int
    payload: str | bytes | None
    headers: str
    properties: str
    content_type: str | None
    content_encoding: str | None
    status: str
    error: str | None
    traceback: str | None
    worker: str | None
    retry_count: int
    max_retries: int | None
    deliveries: int
    created_at: float
    due_at: float | None
    expires_at: float | None
    started_at: float | None
    updated_at: float
    completed_at: float
    root_id: str | None
    parent_id: str | None


class Attempt(NamedTuple):
    """An attempt that was not the job's last one; a job has one at most that ended at a moment."""

    job_id: str
    status: str
    error: str | None
    traceback: str | None
    worker: str | None
    retry_count: int
    started_at: float | None
    completed_at: float


def job_id_of(task_id: str) -> str:
    """Return what a job is known by whose broker gives it no number: its task's id."""
    if len(task_id) <= KEY_LENGTH:
        return task_id
    return hashlib.sha256(task_id.encode(errors="replace")).hexdigest()

"""Jobs that have ended."""

from typing import Any

from sqlite_transport.history_store.entry import Attempt, Entry

#: All of them ended about then.
NOW = 1_750_000_000.123456

ENTRY = Entry(
    job_id="file:1",
    queue="celery",
    type="scan-movie",
    task_id="0b7c",
    priority=5,
    payload='[["/movies/Amélie 🎬"], {}, {}]',
    headers='{"id": "0b7c"}',
    properties="{}",
    content_type="application/json",
    content_encoding="utf-8",
    status="completed",
    error=None,
    traceback=None,
    worker="celery@here",
    retry_count=1,
    max_retries=3,
    deliveries=2,
    created_at=NOW - 10,
    due_at=None,
    expires_at=None,
    started_at=NOW - 2,
    updated_at=NOW,
    completed_at=NOW,
    root_id="0a",
    parent_id="0b",
)
ATTEMPT = Attempt(
    "file:1", "retried", "HiccupError", "Traceback…", "celery@here", 0, NOW - 9, NOW - 8
)
EVERYTHING = ("completed", "failed", "cancelled")


def entry(job_id: str = "file:1", **values: Any) -> Entry:
    return ENTRY._replace(job_id=job_id, **values)


def attempt(job_id: str = "file:1", **values: Any) -> Attempt:
    return ATTEMPT._replace(job_id=job_id, **values)

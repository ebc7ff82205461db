"""A job of which nobody can be asked yet: it waits in the broker."""

import time
from typing import Any

from sqlite_transport.jobs.job import Job
from sqlite_transport.status import PENDING, SCHEDULED


def unseen(task_id: str, **known: Any) -> Job:
    """Return a job with what is known of it: it was sent, or at least nobody has it."""
    now = time.time()
    due_at = known.get("due_at")
    told: dict[str, Any] = {
        "type": "",
        "queue": "",
        "priority": 0,
        "status": PENDING if due_at is None or due_at <= now else SCHEDULED,
        "args": None,
        "kwargs": None,
        "retry_count": 0,
        "max_retries": None,
        "deliveries": 0,
        "created_at": now,
        "due_at": None,
        "expires_at": None,
        "started_at": None,
        "updated_at": now,
        "completed_at": None,
        "worker": None,
        "error": None,
        "traceback": None,
        "limit_key": None,
        "blocked_by": None,
        "cancel_requested_at": None,
        "progress": None,
        "root_id": None,
        "parent_id": None,
    }
    return Job(id=task_id, task_id=task_id, **{**told, **known})

"""What the result backend says of a task: how it stands, its end, and its progress."""

import logging
import time
from typing import Any

from celery import states

from sqlite_transport.jobs.job import Job, Progress
from sqlite_transport.jobs.result_backend import result_backend
from sqlite_transport.message import timestamp
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED, OVER, PROCESSING, SCHEDULED

logger = logging.getLogger("sqlite_transport")

#: The state of a task that said how far it is.
PROGRESS = "PROGRESS"

STATUSES = {
    states.STARTED: PROCESSING,
    PROGRESS: PROCESSING,
    states.RETRY: SCHEDULED,
    states.SUCCESS: COMPLETED,
    states.FAILURE: FAILED,
    states.REVOKED: CANCELLED,
}


def result_of(app: Any, task_id: str) -> dict[str, Any] | None:
    """Return what the backend keeps of a task, None if that is nothing or cannot be looked at."""
    backend = result_backend(app)
    if backend is None:
        return None
    found: dict[str, Any] = backend.get_task_meta(task_id, cache=False)
    return found if found.get("status") in STATUSES else None


def progress_of(app: Any, task_id: str) -> Progress | None:
    """Return what a task that runs has said last; a backend that is away has heard nothing."""
    try:
        found = result_of(app, task_id)
    except Exception:
        logger.exception("The progress of task %s cannot be read", task_id)
        return None
    if found is None or found["status"] != PROGRESS or not isinstance(found["result"], dict):
        return None
    said = found["result"]
    done, total, message = (said.get(name) for name in ("done", "total", "message"))
    if not isinstance(done, (int, float)):
        return None
    return Progress(float(done), total, message)


def job_of_result(task_id: str, found: dict[str, Any]) -> Job:
    """Make a job of it; type, queue and arguments are there with `result_extended`."""
    status = STATUSES[found["status"]]
    ended_at = timestamp(found.get("date_done")) if status != PROCESSING else None
    moment = ended_at or time.time()
    error = found.get("result") if status in (FAILED, CANCELLED) else None
    args, kwargs = found.get("args"), found.get("kwargs")
    return Job(
        id=task_id,
        task_id=task_id,
        type=found.get("name") or "",
        queue=found.get("queue") or "",
        priority=0,
        status=status,
        args=args if isinstance(args, list) else None,
        kwargs=kwargs if isinstance(kwargs, dict) else None,
        retry_count=found.get("retries") or 0,
        max_retries=None,
        deliveries=1,
        created_at=moment,
        due_at=None,
        expires_at=None,
        started_at=None,
        updated_at=moment,
        completed_at=moment if status in OVER else None,
        worker=found.get("worker"),
        error=None if error is None else f"{type(error).__name__}: {error}",
        traceback=found.get("traceback"),
        limit_key=None,
        blocked_by=None,
        cancel_requested_at=None,
        progress=None,
        root_id=None,
        parent_id=found.get("parent_id"),
    )

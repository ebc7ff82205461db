"""Publishing what Celery's task messages look like to a broker."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from kombu import Producer

#: How jobs ended, in the order in which they did.
HISTORY = "SELECT status, error FROM job_history ORDER BY id"


def after(seconds: float) -> str:
    """Return the time `seconds` from now as Celery writes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def send_job(
    producer: Producer,
    body: object,
    queue: str = "films",
    eta: str | None = None,
    expires: str | None = None,
    **options: Any,
) -> str:
    """Publish a task message (protocol 2's headers); return the task's id."""
    task_id = str(uuid4())
    headers = {"task": "tasks.scan", "id": task_id, "eta": eta, "expires": expires, "retries": 0}
    producer.publish(body, routing_key=queue, headers=headers, **options)
    return task_id


def many(producer: Producer, count: int = 1000) -> AbstractContextManager[object]:
    """Publish in one transaction where kombu can (5.7), one by one where not."""
    return producer.batch(max_size=count) if hasattr(producer, "batch") else nullcontext()

"""What another broker's message says of a job that has ended, as the history keeps it."""

import time
import uuid
from datetime import datetime
from typing import Any, NamedTuple

from kombu.utils.json import dumps

from sqlite_transport.history import Outcome
from sqlite_transport.history_store.entry import Attempt, Entry, job_id_of
from sqlite_transport.message import timestamp
from sqlite_transport.status import REQUEUED, RETRIED


class Ended(NamedTuple):
    """An attempt at a job that has ended.

    received_at: when the worker got the message, seconds since 1970.
    """

    message: Any
    task_id: str | None
    type: str
    retry_count: int
    received_at: float
    outcome: Outcome

    @property
    def is_the_last(self) -> bool:
        """Whether the job has ended with it."""
        return self.outcome.status not in (RETRIED, REQUEUED)


def ended_message(message: Any, outcome: Outcome) -> Ended:
    """Return what can be said of a message that no task was made of."""
    headers, properties = message.headers or {}, message.properties or {}
    task_id = headers.get("id") or properties.get("message_id") or str(uuid.uuid4())
    kind = headers.get("task") or properties.get("type") or ""
    return Ended(message, task_id, kind, headers.get("retries") or 0, time.time(), outcome)


def attempt_of(ended: Ended) -> Attempt:
    """Return the attempt."""
    outcome = ended.outcome
    return Attempt(
        job_id_of(str(ended.task_id)),
        outcome.status,
        outcome.error,
        outcome.traceback,
        outcome.worker,
        ended.retry_count,
        outcome.started_at,
        outcome.completed_at or ended.received_at,
    )


def entry_of(ended: Ended) -> Entry:
    """Return the job with its last attempt.

    It is called by its task's id. It was created when it was received, unless
    the message has AMQP's `timestamp` property.
    """
    message, outcome = ended.message, ended.outcome
    headers, properties = message.headers or {}, message.properties or {}
    delivery = message.delivery_info or {}
    completed_at = outcome.completed_at or ended.received_at
    return Entry(
        job_id=job_id_of(str(ended.task_id)),
        queue=delivery.get("routing_key") or "",
        type=ended.type,
        task_id=ended.task_id,
        priority=properties.get("priority") or delivery.get("priority") or 0,
        payload=message.body,
        headers=_json(headers),
        properties=_json(properties),
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        status=outcome.status,
        error=outcome.error,
        traceback=outcome.traceback,
        worker=outcome.worker,
        retry_count=ended.retry_count,
        max_retries=outcome.max_retries,
        deliveries=2 if delivery.get("redelivered") else 1,
        created_at=_published_at(properties) or ended.received_at,
        due_at=timestamp(headers.get("eta")),
        expires_at=timestamp(headers.get("expires")),
        started_at=outcome.started_at,
        updated_at=completed_at,
        completed_at=completed_at,
        root_id=headers.get("root_id"),
        parent_id=headers.get("parent_id"),
    )


def _json(value: object) -> str:
    try:
        return str(dumps(value))
    except (TypeError, ValueError):
        return str(dumps({"repr": repr(value)}))


def _published_at(properties: dict[str, Any]) -> float | None:
    moment = properties.get("timestamp")
    if isinstance(moment, (int, float)):
        return float(moment)
    return timestamp(moment) if isinstance(moment, datetime) else None

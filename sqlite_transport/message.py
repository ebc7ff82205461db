"""Between kombu's messages and the rows of the queue.

Body, headers and properties keep what kombu gave: a text body stays readable
in the file, a binary one stays binary. What the broker itself must know is
taken from the headers that Celery sets (task message protocol 2): the task's
name and id, when it is due and when it expires.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from kombu import message
from kombu.utils.json import object_hook

from sqlite_transport.json_encoder import json_encoder
from sqlite_transport.queue import Claimed
from sqlite_transport.settling import Delivery
from sqlite_transport.uniqueness import Uniqueness, uniqueness_from

TRANSIENT = 1  # AMQP's delivery_mode for what need not survive


_encode = json_encoder()

# `json.loads` without its looks at type, white space and what follows.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def _decode(text: str) -> Any:
    # kombu's hook for dates and the like is slow, and rarely needed.
    if '"__type__"' in text:
        return json.loads(text, object_hook=object_hook)
    return _scan(text, 0)[0]


class Envelope(NamedTuple):
    """A message on its way into the queue.

    Times are seconds since 1970 UTC; due_at is None if it is due at once,
    expires_at None if it never expires. limit_key: what it is limited together
    with, empty for nothing. unique: None if it may be there more than once.
    """

    exchange: str
    routing_key: str
    priority: int
    created_at: float
    due_at: float | None
    expires_at: float | None
    type: str
    task_id: str | None
    payload: str | bytes | None
    headers: str
    properties: str
    content_type: str | None
    content_encoding: str | None
    retry_count: int
    is_task: bool
    persistent: bool
    limit_key: str = ""
    unique: Uniqueness | None = None


def outgoing(raw: Mapping[str, Any], exchange: str, routing_key: str) -> Envelope:
    """Make of what `Channel.prepare_message` returned a message to store."""
    headers, properties = raw["headers"], raw["properties"]
    now = time.time()
    is_task = "task" in headers
    retry_count = headers.get("retries") or 0
    limit_key, unique = headers.get("limit_key"), headers.get("unique")
    expiration = properties.get("expiration")
    properties["delivery_info"] = {"exchange": exchange, "routing_key": routing_key}
    return Envelope(
        exchange,
        routing_key,
        properties["priority"],
        now,
        later(headers.get("eta"), now) if is_task else None,
        earliest(
            None if expiration is None else now + float(expiration) / 1000,
            timestamp(headers.get("expires")) if is_task else None,
        ),
        headers["task"] if is_task else properties.get("type") or "",
        headers.get("id") if is_task else properties.get("message_id"),
        raw["body"],
        _encode(headers),
        _encode(properties),
        raw["content-type"],
        raw["content-encoding"],
        retry_count,
        is_task,
        properties.get("delivery_mode") != TRANSIENT,
        limit_key if limit_key and isinstance(limit_key, str) else "",
        # The retry of a task is the job that it was.
        uniqueness_from(unique) if unique and is_task and not retry_count else None,
    )


def timestamp(moment: object) -> float | None:
    """Return an ISO 8601 time as seconds since 1970; without a zone it is UTC.

    What is no such time gives None: the worker that gets the message will say
    what is wrong with it.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    if not isinstance(moment, datetime):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def later(moment: object, now: float) -> float | None:
    """Return the time if it is yet to come."""
    due = timestamp(moment) if moment else None
    return due if due is not None and due > now else None


def earliest(*moments: float | None) -> float | None:
    """Return the first of the times, None if there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


class Message(message.Message):
    """A delivered message; its headers and delivery info say if it was redelivered.

    delivery: the job, for who knows more of its end than AMQP's words can say.
    """

    def __init__(self, job: Claimed, channel: Any, delivery_tag: int, consumer_tag: str) -> None:
        headers, properties = _decode(job.headers), _decode(job.properties)
        redelivered = bool(job.redelivered)
        delivery_info = properties.get("delivery_info") or {}
        delivery_info.update(
            priority=job.priority, redelivered=redelivered, consumer_tag=consumer_tag
        )
        if redelivered:
            headers["redelivered"] = True
        properties["delivery_info"] = delivery_info
        properties["delivery_tag"] = delivery_tag
        self.delivery = Delivery(job)
        super().__init__(
            body=job.payload,
            channel=channel,
            delivery_tag=delivery_tag,
            content_type=job.content_type,
            content_encoding=job.content_encoding,
            headers=headers,
            properties=properties,
            delivery_info=delivery_info,
            postencode="utf-8",
        )

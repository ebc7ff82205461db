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
from kombu.utils.json import JSONEncoder, object_hook

from sqlite_transport.queue import Claimed
from sqlite_transport.settling import Delivery

TRANSIENT = 1  # AMQP's delivery_mode for what need not survive


def _make_encoder() -> Callable[[object], str]:
    """Return what encodes JSON as kombu does, made once and not for each call."""
    encoder = JSONEncoder(separators=(",", ":"), check_circular=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # not CPython
        encode: Callable[[object], str] = encoder.encode
        return encode
    escape = json.encoder.encode_basestring_ascii
    iterencode = make(None, encoder.default, escape, None, ":", ",", False, False, True)
    return lambda value: "".join(iterencode(value, 0))


_encode = _make_encoder()

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
    expires_at None if it never expires.
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


def outgoing(raw: Mapping[str, Any], exchange: str, routing_key: str) -> Envelope:
    """Make of what `Channel.prepare_message` returned a message to store."""
    headers, properties = raw["headers"], raw["properties"]
    now = time.time()
    is_task = "task" in headers
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
        headers.get("retries") or 0,
        is_task,
        properties.get("delivery_mode") != TRANSIENT,
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

"""Changing a job that has not begun: how urgently, when and with what it is to run.

What the broker knows of a job is in columns, and what Celery knows in the
message's headers and properties: a change is made in both. Each function runs
within the caller's transaction, or only makes the changed job of a given one.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlite_transport.message import earliest, timestamp
from sqlite_transport.status import BLOCKED, PENDING, SCHEDULED
from sqlite_transport.topology import Queue


class Waiting(NamedTuple):
    """A job that has not begun. Times are seconds since 1970 UTC."""

    id: int
    queue: str
    status: str
    priority: int
    due_at: float | None
    expires_at: float | None
    blocked_by: str | None
    payload: str | bytes | None
    headers: str
    properties: str
    created_at: float


FIND = (
    f"SELECT {', '.join(Waiting._fields)} FROM job WHERE id = ?"  # noqa: S608
    f" AND status IN ('{PENDING}', '{SCHEDULED}', '{BLOCKED}')"
)
CHANGE = (
    "UPDATE job SET status = ?2, priority = ?3, due_at = ?4, expires_at = ?5, blocked_by = ?6,"
    " payload = ?7, headers = ?8, properties = ?9,"
    " updated_at = CASE status WHEN ?2 THEN updated_at ELSE ?10 END WHERE id = ?1"
)


def find(connection: Any, job: int) -> Waiting | None:
    """Return the job if it waits, due or not."""
    row = connection.execute(FIND, (job,)).fetchone()
    return Waiting._make(row) if row else None


def change(connection: Any, job: Waiting, now: float) -> None:
    """Store a changed job that was found in this transaction."""
    _, _, status, priority, due_at, expires_at, blocked_by, payload, headers, properties, _ = job
    connection.execute(
        CHANGE,
        (
            job.id,
            status,
            priority,
            due_at,
            expires_at,
            blocked_by,
            payload,
            headers,
            properties,
            now,
        ),
    )


def with_priority(job: Waiting, priority: int, queue: Queue | None) -> Waiting:
    """Return the job at this priority, or at the highest number that its queue knows."""
    most = None if queue is None else queue.max_priority
    return job._replace(
        priority=priority if most is None else min(priority, most),
        properties=edited(job.properties, priority=priority),
    )


def with_due_at(job: Waiting, due_at: float, queue: Queue | None, now: float) -> Waiting:
    """Return the job as it is when it is due then; at once if that is past.

    One that is ready already, or waits at a gate, stays so.
    """
    if due_at > now:
        eta: str | None = datetime.fromtimestamp(due_at, UTC).isoformat()
        status, due = SCHEDULED, due_at
    elif job.status == SCHEDULED:
        eta, status, due = None, PENDING, now
    else:
        return job
    return job._replace(
        status=status,
        due_at=due,
        blocked_by=None,
        headers=edited(job.headers, eta=eta),
        expires_at=_expiry(job, due, queue),
    )


def _expiry(job: Waiting, due_at: float, queue: Queue | None) -> float | None:
    """Return when it is over: in a queue with a time to live that counts from when it is due."""
    if queue is None or queue.message_ttl_ms is None:
        return job.expires_at
    return earliest(_own_expiry(job), due_at + queue.message_ttl_ms / 1000)


def _own_expiry(job: Waiting) -> float | None:
    """Return until when the message itself is good, whatever its queue says."""
    expires = timestamp(_read(job.headers).get("expires"))
    life = _read(job.properties).get("expiration")
    if expires is not None or life is None:
        return expires
    return job.created_at + float(life) / 1000


def with_arguments(
    job: Waiting, args: list[Any] | None, kwargs: dict[str, Any] | None, shown: Mapping[str, str]
) -> Waiting:
    """Return the job with other arguments, JSON as they are; None leaves what it has.

    shown: how those that are given look in the headers, as argsrepr and kwargsrepr.
    """
    assert job.payload is not None  # noqa: S101 - the caller has read its arguments
    body = json.loads(job.payload)
    body[0] = body[0] if args is None else args
    body[1] = body[1] if kwargs is None else kwargs
    return job._replace(payload=json.dumps(body), headers=edited(job.headers, **shown))


def edited(text: str, **changes: object) -> str:
    """Return a JSON object with these members changed; what is no object stays as it is."""
    told = _read(text)
    return json.dumps({**told, **changes}, separators=(",", ":")) if told else text


def without(text: str, *names: str) -> str:
    """Return a JSON object without these members."""
    told = _read(text)
    if not told.keys() & set(names):
        return text
    left = {name: value for name, value in told.items() if name not in names}
    return json.dumps(left, separators=(",", ":"))


def _read(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}

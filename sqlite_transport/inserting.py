"""Routed messages as rows of the queue.

Each function runs within the caller's transaction.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlite_transport import queue, uniqueness
from sqlite_transport.message import Envelope
from sqlite_transport.routing import Route

#: A message and the queues that it goes to.
Routed = tuple[Envelope, tuple[Route, ...]]

#: The task id of a message that was not stored, and that of the job which holds its unique key.
Held = tuple[str | None, str]


def insert(connection: Any, routed: Sequence[Routed]) -> tuple[Sequence[Routed], Sequence[Held]]:
    """Insert the messages; return those that were, and of the others who holds their keys."""
    if any(envelope.unique is not None for envelope, _ in routed):
        return _insert_unique(connection, routed)
    connection.executemany(queue.INSERT, list(_new_rows(connection, routed)))
    return routed, ()


def _insert_unique(
    connection: Any, routed: Sequence[Routed]
) -> tuple[Sequence[Routed], Sequence[Held]]:
    """Insert messages of which some are unique.

    One that goes to several queues is several jobs, and not unique.
    """
    sent: list[Routed] = []
    held: list[Held] = []
    now = time.time()
    for envelope, routes in routed:
        wanted = envelope.unique if len(routes) == 1 else None
        first = None if wanted is None else uniqueness.holder(connection, wanted.key, now)
        if first is not None:
            held.append((envelope.task_id, first))
            continue
        for values in _new_rows(connection, [(envelope, routes)]):
            connection.execute(queue.INSERT, values)
        if wanted is not None:
            uniqueness.take(connection, wanted, envelope.task_id, now)
        sent.append((envelope, routes))
    return sent, held


def _new_rows(connection: Any, sent: Iterable[Routed]) -> Iterator[tuple[object, ...]]:
    """Yield the rows to insert; the retry of a job that is running goes into its own row."""
    for envelope, routes in sent:
        for route in routes:
            values = values_of(route, envelope)
            alone = len(routes) == 1
            if not (envelope.retry_count and alone and queue.try_again(connection, values)):
                yield values


def values_of(route: Route, envelope: Envelope) -> tuple[object, ...]:
    """Return the parameters of `queue.INSERT` for a message in one of its queues."""
    priority, expires_at = envelope.priority, envelope.expires_at
    if route.max_priority is not None:
        priority = min(priority, route.max_priority)
    if route.message_ttl is not None:
        over = (envelope.due_at or envelope.created_at) + route.message_ttl
        expires_at = over if expires_at is None else min(expires_at, over)
    return (
        route.queue,
        priority,
        "pending" if envelope.due_at is None else "scheduled",
        envelope.created_at,
        envelope.due_at or 0,
        expires_at or 0,
        envelope.type,
        envelope.task_id,
        envelope.payload,
        envelope.headers,
        envelope.properties,
        envelope.content_type,
        envelope.content_encoding,
        envelope.retry_count,
        envelope.limit_key,
        not envelope.is_task and not (envelope.persistent and route.durable),
    )

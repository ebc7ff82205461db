"""Declaring and deleting: the SQL of exchanges, queues, bindings and consumers.

Each function runs within the caller's transaction. What changes the routing
raises the revision, by which other processes notice (see `routing`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_transport import history
from sqlite_transport.status import CANCELLED

CHANGED = "UPDATE state SET revision = revision + 1"


@dataclass(frozen=True, slots=True)
class Queue:
    """What a queue is declared with.

    exclusive: the session that owns it. expires_ms: how long it may be unused
    (no consumer, no declare, no get) before it is deleted. message_ttl_ms:
    how long a message may wait in it. max_priority: messages of a higher
    number count as this one. max_length: beyond it the message at the head is
    dropped, as RabbitMQ does.
    """

    name: str
    durable: bool = True
    auto_delete: bool = False
    exclusive: int | None = None
    arguments: str = "{}"
    expires_ms: int | None = None
    message_ttl_ms: int | None = None
    max_priority: int | None = None
    max_length: int | None = None

    @classmethod
    def declared(
        cls,
        name: str,
        durable: bool,
        auto_delete: bool,
        exclusive: int | None,
        arguments: Mapping[str, Any],
    ) -> "Queue":
        """Take a queue's `x-` arguments apart.

        Raises:
            ValueError: one of them is no whole number, or negative.
        """
        limits = {
            field: _whole(argument, arguments.get(argument)) for field, argument in LIMITS.items()
        }
        text = json.dumps(dict(arguments), default=str, sort_keys=True)
        return cls(name, durable, auto_delete, exclusive, text, **limits)


LIMITS = {
    "expires_ms": "x-expires",
    "message_ttl_ms": "x-message-ttl",
    "max_priority": "x-max-priority",
    "max_length": "x-max-length",
}


def _whole(argument: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"the queue argument {argument} must be a whole number, not {value!r}")
    return int(value)


COLUMNS = (
    "name, durable, auto_delete, exclusive, arguments, expires_ms, message_ttl_ms, max_priority, "
    "max_length"
)


def find_queue(connection: Any, name: str) -> Queue | None:
    """Return the queue as it was declared, or None if there is none."""
    row = connection.execute(f"SELECT {COLUMNS} FROM queue WHERE name = ?", (name,)).fetchone()  # noqa: S608
    return Queue(row[0], bool(row[1]), bool(row[2]), *row[3:]) if row else None


def declare_queue(connection: Any, queue: Queue, now: float) -> None:
    """Make the queue, or give an existing one these arguments."""
    connection.execute(
        f"INSERT OR REPLACE INTO queue ({COLUMNS}, used_at) "  # noqa: S608
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            queue.name,
            queue.durable,
            queue.auto_delete,
            queue.exclusive,
            queue.arguments,
            queue.expires_ms,
            queue.message_ttl_ms,
            queue.max_priority,
            queue.max_length,
            now,
        ),
    )
    connection.execute(CHANGED)


def use_queue(connection: Any, name: str, now: float) -> None:
    """Note that the queue was used, from which its expiry counts."""
    connection.execute(
        "UPDATE queue SET used_at = ? WHERE name = ? AND expires_ms IS NOT NULL", (now, name)
    )


#: A queue's jobs that no worker holds, so that each half has an index to go through.
WAITING = tuple(
    f"queue = ?1 AND status = '{status}'" for status in ("pending", "scheduled", "blocked")
)


def delete_queue(connection: Any, name: str, now: float) -> int:
    """Delete the queue and its bindings; its waiting jobs end as cancelled.

    Return how many messages it held. Jobs that a worker holds stay with it
    and can still be settled.
    """
    reason = (CANCELLED, "the queue was deleted")
    removed = sum(history.end(connection, condition, (name,), reason, now) for condition in WAITING)
    sources = [
        row[0]
        for row in connection.execute("SELECT exchange FROM binding WHERE queue = ?", (name,))
    ]
    connection.execute("DELETE FROM binding WHERE queue = ?", (name,))
    connection.execute("DELETE FROM consumer WHERE queue = ?", (name,))
    connection.execute("DELETE FROM queue WHERE name = ?", (name,))
    for exchange in sources:
        _drop_unbound(connection, exchange)
    connection.execute(CHANGED)
    return removed


def has_jobs(connection: Any, queue: str) -> bool:
    """Tell whether any job waits in the queue, due or not."""
    return bool(connection.execute(HAS_JOBS, (queue,)).fetchone()[0])


HAS_JOBS = (
    "SELECT EXISTS (SELECT 1 FROM job WHERE status = 'pending' AND queue = ?1)"
    " OR EXISTS (SELECT 1 FROM job WHERE status = 'scheduled' AND queue = ?1)"
    " OR EXISTS (SELECT 1 FROM job WHERE status = 'blocked' AND queue = ?1)"
)


def declare_exchange(
    connection: Any, name: str, kind: str, durable: bool, auto_delete: bool, arguments: str
) -> None:
    """Make the exchange."""
    connection.execute(
        "INSERT OR REPLACE INTO exchange VALUES (?, ?, ?, ?, ?)",
        (name, kind, durable, auto_delete, arguments),
    )
    connection.execute(CHANGED)


def find_exchange(connection: Any, name: str) -> str | None:
    """Return the type of the exchange, or None if there is none."""
    row = connection.execute("SELECT type FROM exchange WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def is_bound(connection: Any, exchange: str) -> bool:
    """Tell whether any queue is bound to the exchange."""
    return (
        connection.execute(
            "SELECT 1 FROM binding WHERE exchange = ? LIMIT 1", (exchange,)
        ).fetchone()
        is not None
    )


def delete_exchange(connection: Any, name: str) -> None:
    """Delete the exchange and its bindings; the queues stay."""
    connection.execute("DELETE FROM binding WHERE exchange = ?", (name,))
    connection.execute("DELETE FROM exchange WHERE name = ?", (name,))
    connection.execute(CHANGED)


def has_binding(connection: Any, exchange: str, queue: str, routing_key: str) -> bool:
    """Tell whether exactly this binding exists."""
    return (
        connection.execute(
            "SELECT 1 FROM binding WHERE exchange = ? AND queue = ? AND routing_key = ?",
            (exchange, queue, routing_key),
        ).fetchone()
        is not None
    )


def bind(connection: Any, exchange: str, queue: str, routing_key: str, arguments: str) -> None:
    """Bind the queue to the exchange."""
    connection.execute(
        "INSERT OR REPLACE INTO binding VALUES (?, ?, ?, ?)",
        (exchange, queue, routing_key, arguments),
    )
    connection.execute(CHANGED)


def unbind(connection: Any, exchange: str, queue: str, routing_key: str) -> None:
    """Remove a binding; one that does not exist is no error."""
    connection.execute(
        "DELETE FROM binding WHERE exchange = ? AND queue = ? AND routing_key = ?",
        (exchange, queue, routing_key),
    )
    _drop_unbound(connection, exchange)
    connection.execute(CHANGED)


def _drop_unbound(connection: Any, exchange: str) -> None:
    """Delete an exchange that was declared to go with its last binding."""
    connection.execute(
        "DELETE FROM exchange WHERE name = ?1 AND auto_delete = 1"
        " AND NOT EXISTS (SELECT 1 FROM binding WHERE exchange = ?1)",
        (exchange,),
    )


def list_bindings(connection: Any) -> list[tuple[str, str, str]]:
    """Return (queue, exchange, routing key) of every binding."""
    rows: list[tuple[str, str, str]] = connection.execute(
        "SELECT queue, exchange, routing_key FROM binding ORDER BY exchange, routing_key, queue"
    ).fetchall()
    return rows


def add_consumer(
    connection: Any, session: int, tag: str, queue: str, no_ack: bool, now: float
) -> None:
    """Note that the session consumes from the queue."""
    connection.execute(
        "INSERT OR REPLACE INTO consumer VALUES (?, ?, ?, ?)", (session, tag, queue, no_ack)
    )
    use_queue(connection, queue, now)
    connection.execute(CHANGED)


def remove_consumer(connection: Any, session: int, tag: str, queue: str, now: float) -> None:
    """Forget the consumer; an auto-delete queue goes with its last one."""
    connection.execute("DELETE FROM consumer WHERE session = ? AND tag = ?", (session, tag))
    connection.execute(CHANGED)
    _delete_if_abandoned(connection, queue, now)


def count_consumers(connection: Any, queue: str) -> int:
    """Return how many consumers the queue has."""
    count: int = connection.execute(
        "SELECT count(*) FROM consumer WHERE queue = ?", (queue,)
    ).fetchone()[0]
    return count


def remove_session(connection: Any, session: int, now: float) -> None:
    """Forget a session with its consumers, and the queues that live only with them."""
    consumed = [
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT queue FROM consumer WHERE session = ?", (session,)
        )
    ]
    connection.execute("DELETE FROM consumer WHERE session = ?", (session,))
    connection.execute("DELETE FROM session WHERE id = ?", (session,))
    connection.execute(CHANGED)
    for queue in consumed:
        _delete_if_abandoned(connection, queue, now)
    for (queue,) in connection.execute(
        "SELECT name FROM queue WHERE exclusive = ?", (session,)
    ).fetchall():
        delete_queue(connection, queue, now)


def _delete_if_abandoned(connection: Any, queue: str, now: float) -> None:
    use_queue(connection, queue, now)
    auto_delete = connection.execute(
        "SELECT auto_delete FROM queue WHERE name = ?", (queue,)
    ).fetchone()
    if auto_delete and auto_delete[0] and not count_consumers(connection, queue):
        delete_queue(connection, queue, now)


def expire_queues(connection: Any, now: float) -> list[str]:
    """Delete the queues that were unused for longer than they may be; return their names."""
    expired = [row[0] for row in connection.execute(EXPIRED_QUEUES, (now,)).fetchall()]
    for name in expired:
        delete_queue(connection, name, now)
    return expired


NEXT_EXPIRY = (
    "SELECT min(used_at + expires_ms / 1000.0) FROM queue WHERE expires_ms IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM consumer WHERE consumer.queue = queue.name)"
)
EXPIRED_QUEUES = (
    "SELECT name FROM queue WHERE expires_ms IS NOT NULL AND used_at + expires_ms / 1000.0 <= ?"
    " AND NOT EXISTS (SELECT 1 FROM consumer WHERE consumer.queue = queue.name)"
)

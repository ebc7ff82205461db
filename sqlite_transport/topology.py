"""Declaring and deleting: the SQL of exchanges, queues, bindings and consumers.

Each function runs within the caller's transaction. What changes the routing
raises the revision, by which other processes notice (see `routing`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_transport import history

Execute = Callable[..., Any]

CHANGED = "UPDATE topology SET revision = revision + 1"


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


def find_queue(execute: Execute, name: str) -> Queue | None:
    """Return the queue as it was declared, or None if there is none."""
    row = execute(f"SELECT {COLUMNS} FROM queue WHERE name = ?", (name,)).fetchone()  # noqa: S608
    return Queue(row[0], bool(row[1]), bool(row[2]), *row[3:]) if row else None


def declare_queue(execute: Execute, queue: Queue, now: float) -> None:
    """Make the queue, or give an existing one these arguments."""
    execute(
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
    execute(CHANGED)


def use_queue(execute: Execute, name: str, now: float) -> None:
    """Note that the queue was used, from which its expiry counts."""
    execute("UPDATE queue SET used_at = ? WHERE name = ? AND expires_ms IS NOT NULL", (now, name))


def delete_queue(execute: Execute, name: str, now: float) -> int:
    """Delete the queue and its bindings; its waiting jobs go to history as cancelled.

    Return how many messages it held. Jobs that a worker holds stay with it
    and can still be settled.
    """
    removed = history.archive(
        execute,
        "queue = ?4 AND session IS NULL",
        (name,),
        (history.CANCELLED, "the queue was deleted"),
        now,
    )
    sources = [row[0] for row in execute("SELECT exchange FROM binding WHERE queue = ?", (name,))]
    execute("DELETE FROM binding WHERE queue = ?", (name,))
    execute("DELETE FROM consumer WHERE queue = ?", (name,))
    execute("DELETE FROM queue WHERE name = ?", (name,))
    for exchange in sources:
        _drop_unbound(execute, exchange)
    execute(CHANGED)
    return removed


def declare_exchange(
    execute: Execute, name: str, kind: str, durable: bool, auto_delete: bool, arguments: str
) -> None:
    """Make the exchange."""
    execute(
        "INSERT OR REPLACE INTO exchange VALUES (?, ?, ?, ?, ?)",
        (name, kind, durable, auto_delete, arguments),
    )
    execute(CHANGED)


def find_exchange(execute: Execute, name: str) -> str | None:
    """Return the type of the exchange, or None if there is none."""
    row = execute("SELECT type FROM exchange WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def is_bound(execute: Execute, exchange: str) -> bool:
    """Tell whether any queue is bound to the exchange."""
    return (
        execute("SELECT 1 FROM binding WHERE exchange = ? LIMIT 1", (exchange,)).fetchone()
        is not None
    )


def delete_exchange(execute: Execute, name: str) -> None:
    """Delete the exchange and its bindings; the queues stay."""
    execute("DELETE FROM binding WHERE exchange = ?", (name,))
    execute("DELETE FROM exchange WHERE name = ?", (name,))
    execute(CHANGED)


def has_binding(execute: Execute, exchange: str, queue: str, routing_key: str) -> bool:
    """Tell whether exactly this binding exists."""
    return (
        execute(
            "SELECT 1 FROM binding WHERE exchange = ? AND queue = ? AND routing_key = ?",
            (exchange, queue, routing_key),
        ).fetchone()
        is not None
    )


def bind(execute: Execute, exchange: str, queue: str, routing_key: str, arguments: str) -> None:
    """Bind the queue to the exchange."""
    execute(
        "INSERT OR REPLACE INTO binding VALUES (?, ?, ?, ?)",
        (exchange, queue, routing_key, arguments),
    )
    execute(CHANGED)


def unbind(execute: Execute, exchange: str, queue: str, routing_key: str) -> None:
    """Remove a binding; one that does not exist is no error."""
    execute(
        "DELETE FROM binding WHERE exchange = ? AND queue = ? AND routing_key = ?",
        (exchange, queue, routing_key),
    )
    _drop_unbound(execute, exchange)
    execute(CHANGED)


def _drop_unbound(execute: Execute, exchange: str) -> None:
    """Delete an exchange that was declared to go with its last binding."""
    execute(
        "DELETE FROM exchange WHERE name = ?1 AND auto_delete = 1"
        " AND NOT EXISTS (SELECT 1 FROM binding WHERE exchange = ?1)",
        (exchange,),
    )


def list_bindings(execute: Execute) -> list[tuple[str, str, str]]:
    """Return (queue, exchange, routing key) of every binding."""
    rows: list[tuple[str, str, str]] = execute(
        "SELECT queue, exchange, routing_key FROM binding ORDER BY exchange, routing_key, queue"
    ).fetchall()
    return rows


def add_consumer(
    execute: Execute, session: int, tag: str, queue: str, no_ack: bool, now: float
) -> None:
    """Note that the session consumes from the queue."""
    execute("INSERT OR REPLACE INTO consumer VALUES (?, ?, ?, ?)", (session, tag, queue, no_ack))
    use_queue(execute, queue, now)
    execute(CHANGED)


def remove_consumer(execute: Execute, session: int, tag: str, queue: str, now: float) -> None:
    """Forget the consumer; an auto-delete queue goes with its last one."""
    execute("DELETE FROM consumer WHERE session = ? AND tag = ?", (session, tag))
    execute(CHANGED)
    _delete_if_abandoned(execute, queue, now)


def count_consumers(execute: Execute, queue: str) -> int:
    """Return how many consumers the queue has."""
    count: int = execute("SELECT count(*) FROM consumer WHERE queue = ?", (queue,)).fetchone()[0]
    return count


def remove_session(execute: Execute, session: int, now: float) -> None:
    """Forget a session with its consumers, and the queues that live only with them."""
    consumed = [
        row[0]
        for row in execute("SELECT DISTINCT queue FROM consumer WHERE session = ?", (session,))
    ]
    execute("DELETE FROM consumer WHERE session = ?", (session,))
    execute("DELETE FROM session WHERE id = ?", (session,))
    execute(CHANGED)
    for queue in consumed:
        _delete_if_abandoned(execute, queue, now)
    for (queue,) in execute("SELECT name FROM queue WHERE exclusive = ?", (session,)).fetchall():
        delete_queue(execute, queue, now)


def _delete_if_abandoned(execute: Execute, queue: str, now: float) -> None:
    use_queue(execute, queue, now)
    auto_delete = execute("SELECT auto_delete FROM queue WHERE name = ?", (queue,)).fetchone()
    if auto_delete and auto_delete[0] and not count_consumers(execute, queue):
        delete_queue(execute, queue, now)


def expire_queues(execute: Execute, now: float) -> list[str]:
    """Delete the queues that were unused for longer than they may be; return their names."""
    expired = [row[0] for row in execute(EXPIRED_QUEUES, (now,)).fetchall()]
    for name in expired:
        delete_queue(execute, name, now)
    return expired


EXPIRED_QUEUES = (
    "SELECT name FROM queue WHERE expires_ms IS NOT NULL AND used_at + expires_ms / 1000.0 <= ?"
    " AND NOT EXISTS (SELECT 1 FROM consumer WHERE consumer.queue = queue.name)"
)

"""AMQP's exchange and queue verbs on the file."""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from amqp.exceptions import ChannelError, PreconditionFailed
from amqp.protocol import queue_declare_ok_t
from kombu.transport.base import to_rabbitmq_queue_arguments

from sqlite_transport import queue, topology
from sqlite_transport.channel_core import ChannelCore, not_found
from sqlite_transport.routing import MATCHES
from sqlite_transport.topology import Queue


class Declaring(ChannelCore):
    """The part of a channel that declares, binds and deletes."""

    # -- exchanges --------------------------------------------------------

    def exchange_declare(
        self,
        exchange: str | None = None,
        type: str | None = "direct",  # noqa: A002 - AMQP's word
        durable: bool = False,
        auto_delete: bool = False,
        arguments: Mapping[str, Any] | None = None,
        nowait: bool = False,
        passive: bool = False,
    ) -> None:
        """Make an exchange: direct, topic or fanout.

        Raises:
            ChannelError: passive and there is none (404), or there is one of
                another type (406), or the type is unknown (503).
        """
        kind = type or "direct"
        name = exchange or f"amq.{kind}"
        if kind not in MATCHES:
            raise ChannelError(
                f"exchange {name!r}: the type {kind!r} is not one of {', '.join(MATCHES)}",
                (40, 10),
                "Channel.exchange_declare",
                503,
            )
        found = self._read(topology.find_exchange, name)
        if found is None and passive:
            raise not_found("exchange", name, (40, 10), "Channel.exchange_declare")
        if found is not None and found != kind and not passive:
            raise PreconditionFailed(
                f"PRECONDITION_FAILED - exchange {name!r} has type {found!r}, not {kind!r}: "
                "delete it first, or declare it as it is",
                (40, 10),
                "Channel.exchange_declare",
            )
        if passive:
            return
        properties = (kind, durable, auto_delete, json.dumps(arguments or {}, default=str))
        if found is None:
            with self._broker.database.writing as connection:
                topology.declare_exchange(connection, name, *properties)
        self._broker.declarations.remember_exchange(name, *properties)

    def exchange_delete(self, exchange: str, if_unused: bool = False, nowait: bool = False) -> None:
        """Delete an exchange and its bindings; with `if_unused` only if nothing is bound."""
        with self._broker.database.writing as connection:
            if not (if_unused and topology.is_bound(connection, exchange)):
                topology.delete_exchange(connection, exchange)
        self._broker.declarations.forget_exchange(exchange)

    # -- queues -----------------------------------------------------------

    def prepare_queue_arguments(self, arguments: Mapping[str, Any], **options: Any) -> Any:
        """Turn kombu's `expires`, `message_ttl` and so on (seconds) into `x-` arguments (ms)."""
        return to_rabbitmq_queue_arguments(arguments, **options)

    def queue_declare(
        self,
        queue: str | None = None,
        passive: bool = False,
        durable: bool = False,
        exclusive: bool = False,
        auto_delete: bool = False,
        arguments: Mapping[str, Any] | None = None,
        nowait: bool = False,
        **_: Any,
    ) -> queue_declare_ok_t:
        """Make a queue, or give an existing one these properties.

        Return its name, how many messages are ready in it and how many
        consumers it has.

        Raises:
            ChannelError: passive and there is none (404), or it is another
                connection's own (405).
        """
        name = queue or f"amq.gen-{uuid4()}"
        found = self._read(topology.find_queue, name)
        if found is None and passive:
            raise not_found("queue", name, (50, 10), "Channel.queue_declare")
        if found is not None:
            self._refuse_foreign(found)
        if not passive:
            owner = self._inbox().session if exclusive else None
            wanted = Queue.declared(name, durable, auto_delete, owner, arguments or {})
            self._declare(found, wanted)
        return queue_declare_ok_t(
            name, self._count(name), self._read(topology.count_consumers, name)
        )

    def _declare(self, found: Queue | None, wanted: Queue) -> None:
        self._broker.declarations.remember_queue(wanted)
        if found == wanted and wanted.expires_ms is None:
            return
        with self._broker.database.writing as connection:
            if found == wanted:
                topology.use_queue(connection, wanted.name, time.time())
            else:
                topology.declare_queue(connection, wanted, time.time())

    def queue_delete(
        self, queue: str, if_unused: bool = False, if_empty: bool = False, **_: Any
    ) -> int:
        """Delete a queue; its waiting jobs go to history as cancelled. Return how many it had.

        With `if_unused` it stays if it has consumers, with `if_empty` if it
        has messages, due or not.
        """
        removed = 0
        with self._broker.database.writing as connection:
            used = if_unused and topology.count_consumers(connection, queue)
            if not used and not (if_empty and topology.has_jobs(connection, queue)):
                removed = topology.delete_queue(connection, queue, time.time())
                self._broker.declarations.forget_queue(queue)
        return removed

    def after_reply_message_received(self, queue: str) -> None:
        """Delete a reply queue that has served (kombu's pidbox calls this)."""
        self.queue_delete(queue)

    def queue_purge(self, queue: str, **_: Any) -> int:
        """Move all waiting jobs of the queue to history as cancelled; return how many."""
        return self._broker.purge(queue)

    def queue_bind(
        self,
        queue: str,
        exchange: str | None = None,
        routing_key: str = "",
        arguments: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Bind a queue to an exchange (default `amq.direct`).

        Raises:
            ChannelError: there is no such queue or exchange (404).
        """
        binding = (exchange or "amq.direct", queue, routing_key or "")
        if not self._read(topology.has_binding, *binding):
            text = json.dumps(arguments or {}, default=str)
            with self._broker.database.writing as connection:
                if topology.find_exchange(connection, binding[0]) is None:
                    raise not_found("exchange", binding[0], (50, 20), "Channel.queue_bind")
                if topology.find_queue(connection, queue) is None:
                    raise not_found("queue", queue, (50, 20), "Channel.queue_bind")
                topology.bind(connection, *binding, text)
        self._broker.declarations.remember_binding(
            *binding, json.dumps(arguments or {}, default=str)
        )

    def queue_unbind(
        self,
        queue: str,
        exchange: str | None = None,
        routing_key: str = "",
        arguments: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Remove a binding; one that does not exist is no error."""
        binding = (exchange or "amq.direct", queue, routing_key or "")
        with self._broker.database.writing as connection:
            topology.unbind(connection, *binding)
        self._broker.declarations.forget_binding(*binding)

    def list_bindings(self) -> list[tuple[str, str, str]]:
        """Return (queue, exchange, routing key) of every binding in the file."""
        bindings: list[tuple[str, str, str]] = self._read(topology.list_bindings)
        return bindings

    def _count(self, name: str) -> int:
        found: int = self._broker.database.read(queue.COUNT_READY, (name,))[0][0]
        return found

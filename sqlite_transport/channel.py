"""A channel: AMQP's verbs, as kombu calls them, on the file."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from amqp.protocol import queue_declare_ok_t
from kombu.exceptions import ChannelError
from kombu.transport.base import StdChannel, to_rabbitmq_queue_arguments

from sqlite_transport import queue, topology
from sqlite_transport.inbox import BATCH, Want
from sqlite_transport.message import Message, outgoing
from sqlite_transport.publish_batch import PublishBatch
from sqlite_transport.queue import Claimed, Return
from sqlite_transport.routing import MATCHES
from sqlite_transport.topology import Queue

if TYPE_CHECKING:
    from sqlite_transport.broker import Broker
    from sqlite_transport.inbox import Inbox
    from sqlite_transport.transport import Transport


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer on this channel."""

    tag: str
    queue: str
    no_ack: bool
    callback: Callable[[Message], object]


class Channel(StdChannel):
    """One of a connection's channels, with its own consumers, prefetch limit and unacked jobs.

    ready: jobs that are claimed and not yet delivered. backlog: whether the
    queues may hold more, because the last claim was not short. unacked: the ids of
    delivered jobs by delivery tag.
    """

    supports_batch_publish = True

    def __init__(self, connection: "Transport", channel_id: int) -> None:
        self.connection: Transport | None = connection
        self.channel_id = channel_id
        self.closed = False
        self.prefetch_count = 0
        self.ready: deque[Claimed] = deque()
        self.backlog = True
        self.unacked: dict[int, int] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self._by_queue: dict[str, deque[Subscription]] = {}
        self._delivery_tags = count(1)
        self._broker: Broker = connection.broker
        self._options = connection.options

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
                "503",
            )
        found = self._read(topology.find_exchange, name)
        if found is None and passive:
            raise not_found("exchange", name, (40, 10), "Channel.exchange_declare")
        if found is not None and found != kind and not passive:
            raise ChannelError(
                f"PRECONDITION_FAILED - exchange {name!r} has type {found!r}, not {kind!r}: "
                "delete it first, or declare it as it is",
                (40, 10),
                "Channel.exchange_declare",
                "406",
            )
        if found is None:
            properties = (kind, durable, auto_delete, json.dumps(arguments or {}, default=str))
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

    def _refuse_foreign(self, found: Queue) -> None:
        """Refuse another connection's exclusive queue."""
        if found.exclusive is None:
            return
        transport = self._transport()
        own = transport.inbox.session if transport.inbox is not None else None
        if found.exclusive != own:
            self._broker.reap(self._broker.known_sessions(), self._options.max_deliveries)
            if self._read(topology.find_queue, found.name) == found:
                raise ChannelError(
                    f"RESOURCE_LOCKED - queue {found.name!r} is exclusive to another connection",
                    (50, 10),
                    "Channel.queue_declare",
                    "405",
                )

    def queue_delete(
        self, queue: str, if_unused: bool = False, if_empty: bool = False, **_: Any
    ) -> int:
        """Delete a queue; its waiting jobs go to history as cancelled. Return how many it had.

        With `if_unused` it stays if it has consumers, with `if_empty` if it has messages.
        """
        removed = 0
        with self._broker.database.writing as connection:
            used = if_unused and topology.count_consumers(connection, queue)
            if not used and not (if_empty and self._count(queue)):
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

    # -- publishing -------------------------------------------------------

    def prepare_message(
        self,
        body: object,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Put a message together; the priority is 0 (most urgent) to 9, others are moved there."""
        properties = properties or {}
        properties["priority"] = (
            self._options.default_priority if priority is None else min(max(int(priority), 0), 9)
        )
        return {
            "body": body,
            "content-type": content_type,
            "content-encoding": content_encoding,
            "headers": headers or {},
            "properties": properties,
        }

    def basic_publish(
        self, message: Mapping[str, Any], exchange: str = "", routing_key: str = "", **_: Any
    ) -> None:
        """Store a message; a persistent one survives power loss when this returns.

        Raises:
            Unavailable: it was not stored; trying again may work.
            Unusable: it was not stored, and somebody must mend something first.
        """
        envelope = outgoing(message, exchange or "", routing_key or "")
        self._broker.publish((envelope,), self._options.durability == "full")

    def create_publish_batch(self, max_size: int) -> PublishBatch:
        """Return what `Producer.batch()` collects messages in."""
        return PublishBatch(self, max_size)

    def publish_all(self, messages: Iterable[tuple[Mapping[str, Any], str, str]]) -> None:
        """Store messages, each with its exchange and routing key, in one transaction."""
        self._broker.publish(
            [outgoing(message, exchange, key) for message, exchange, key in messages],
            self._options.durability == "full",
        )

    # -- consuming --------------------------------------------------------

    def basic_qos(
        self, prefetch_size: int = 0, prefetch_count: int = 0, apply_global: bool = False
    ) -> None:
        """Allow this channel `prefetch_count` unacked messages, 0 for any number."""
        self.prefetch_count = prefetch_count
        transport = self.connection
        if transport is not None and transport.inbox is not None:
            transport.inbox.changed()

    def basic_consume(
        self,
        queue: str,
        no_ack: bool = False,
        callback: Callable[[Message], object] | None = None,
        consumer_tag: str = "",
        **_: Any,
    ) -> str:
        """Have messages of the queue delivered to `callback`; return the consumer's tag.

        Raises:
            ChannelError: there is no such queue (404), or it is another connection's own (405).
        """
        found = self._read(topology.find_queue, queue)
        if found is None:
            raise not_found("queue", queue, (60, 20), "Channel.basic_consume")
        self._refuse_foreign(found)
        tag = consumer_tag or f"amq.ctag-{uuid4()}"
        inbox = self._inbox()
        with self._broker.database.writing as connection:
            topology.add_consumer(
                connection,
                inbox.session,
                f"{self.channel_id}.{tag}",
                queue,
                bool(no_ack),
                time.time(),
            )
        subscription = Subscription(tag, queue, bool(no_ack), callback or _ignore)
        self.subscriptions[tag] = subscription
        self._by_queue.setdefault(queue, deque()).append(subscription)
        inbox.ring()
        return tag

    def basic_cancel(self, consumer_tag: str) -> None:
        """Stop a consumer at once; what was claimed for it and not delivered goes back."""
        subscription = self.subscriptions.pop(consumer_tag, None)
        if subscription is None:
            return
        others = self._by_queue[subscription.queue]
        others.remove(subscription)
        inbox = self._inbox()
        if not others:
            del self._by_queue[subscription.queue]
            self._give_back_ready(subscription.queue)
        with self._broker.database.writing as connection:
            topology.remove_consumer(
                connection,
                inbox.session,
                f"{self.channel_id}.{consumer_tag}",
                subscription.queue,
                time.time(),
            )

    def _give_back_ready(self, queue: str) -> None:
        unseen = [job for job in self.ready if job.queue == queue]
        self.ready = deque(job for job in self.ready if job.queue != queue)
        self._inbox().give_back([job.id for job in unseen], Return.UNSEEN)

    def basic_get(self, queue: str, no_ack: bool = False, **_: Any) -> Message | None:
        """Take one message from the queue, or None if none is ready.

        Raises:
            ChannelError: there is no such queue (404), or it is another connection's own (405).
        """
        found = self._read(topology.find_queue, queue)
        if found is None:
            raise not_found("queue", queue, (60, 70), "Channel.basic_get")
        self._refuse_foreign(found)
        jobs = self._inbox().get(Want(self, (queue,), 1, no_ack), found.expires_ms is not None)
        return self._deliverable(jobs[0], "", no_ack) if jobs else None

    def wants(self) -> Iterable[Want]:
        """Yield what this channel would take now, for its acking and its no-ack consumers."""
        free = BATCH - len(self.ready)
        if not self._by_queue or not self.backlog or free <= 0:
            return
        room = min(free, self.room())
        for no_ack, limit in ((False, room), (True, free)):
            names = tuple(
                name for name, consumers in self._by_queue.items() if consumers[0].no_ack is no_ack
            )
            if names and limit > 0:
                yield Want(self, names, limit, no_ack)

    def is_hungry(self, part: int = BATCH) -> bool:
        """Tell whether it could take more: at least one `part`-th of its prefetch window."""
        return (
            self.backlog
            and bool(self._by_queue)
            and self.room() >= max(1, self.prefetch_count // part)
        )

    def room(self) -> int:
        """Return how many more messages may be claimed under the prefetch limit."""
        if not self.prefetch_count:
            return BATCH
        return self.prefetch_count - len(self.unacked) - len(self.ready)

    def deliver(self) -> None:
        """Deliver the next claimed message; there must be one."""
        job = self.ready.popleft()
        consumers = self._by_queue[job.queue]
        subscription = consumers[0]
        if len(consumers) > 1:
            consumers.rotate(-1)
        subscription.callback(self._deliverable(job, subscription.tag, subscription.no_ack))

    def _deliverable(self, job: Claimed, consumer_tag: str, no_ack: bool) -> Message:
        delivery_tag = next(self._delivery_tags)
        if not no_ack:
            self.unacked[delivery_tag] = job.id
        return Message(job, self, delivery_tag, consumer_tag)

    # -- settling ---------------------------------------------------------

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        """Settle a delivered message, with `multiple` all up to it too; again does nothing."""
        if multiple:
            for tag in list(self.unacked):
                if tag < delivery_tag or not delivery_tag:
                    self._settle("ack", tag)
        self._settle("ack", delivery_tag)

    def basic_reject(self, delivery_tag: int, requeue: bool = False) -> None:
        """Settle a message as failed, or with `requeue` put it back to its place."""
        self._settle("requeue" if requeue else "reject", delivery_tag)

    def _settle(self, how: str, delivery_tag: int) -> None:
        job = self.unacked.pop(delivery_tag, None)
        if job is not None:
            self._inbox().settle(how, job)

    def basic_recover(self, requeue: bool = False) -> None:
        """Put all delivered and unacked messages back to their places."""
        if not requeue:
            raise NotImplementedError("basic_recover needs requeue=True")
        for tag in list(self.unacked):
            self._settle("requeue", tag)
        self._inbox().flush()

    def message_to_python(self, message: Message) -> Message:
        """Return the message: it is made on delivery."""
        return message

    def flow(self, active: bool = True) -> None:
        """Refuse AMQP's flow control, which no virtual transport has."""
        raise NotImplementedError("flow control is not supported: set a prefetch count")

    # -- closing ----------------------------------------------------------

    def close(self) -> None:
        """Cancel the consumers and put back what is unacked, in its order."""
        if self.closed:
            return
        self.closed = True
        transport, self.connection = self.connection, None
        if transport is None:
            return
        try:
            if transport.inbox is not None and not transport.forked():
                self._hand_back(transport.inbox)
        finally:
            self.subscriptions.clear()
            self._by_queue.clear()
            self.ready.clear()
            self.unacked.clear()
            transport.close_channel(self)

    def _hand_back(self, inbox: "Inbox") -> None:
        inbox.flush()
        inbox.give_back([job.id for job in self.ready], Return.UNSEEN)
        inbox.give_back(list(self.unacked.values()), Return.UNSETTLED)
        with self._broker.database.writing as connection:
            for tag, subscription in self.subscriptions.items():
                topology.remove_consumer(
                    connection,
                    inbox.session,
                    f"{self.channel_id}.{tag}",
                    subscription.queue,
                    time.time(),
                )

    def __enter__(self) -> "Channel":
        return self

    # -- the way to the file ----------------------------------------------

    def _transport(self) -> "Transport":
        if self.connection is None:
            raise ChannelError("the channel is closed", (20, 10), "Channel", "504")
        return self.connection

    def _inbox(self) -> "Inbox":
        transport = self._transport()
        return transport.inbox or transport.open_inbox()

    def _read(self, question: Callable[..., Any], *arguments: object) -> Any:
        database = self._broker.database
        return question(database.reader, *arguments)

    def _count(self, name: str) -> int:
        found: int = self._broker.database.read(queue.COUNT_READY, (name,))[0][0]
        return found


def _ignore(message: Message) -> None:
    """Drop a message of a consumer without a callback."""


def not_found(what: str, name: str, method: tuple[int, int], verb: str) -> ChannelError:
    """Return AMQP's error for something that was to exist."""
    return ChannelError(f"NOT_FOUND - no {what} {name!r}", method, verb, "404")

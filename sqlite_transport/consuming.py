"""AMQP's consuming verbs on the file: deliver, acknowledge, reject, recover."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from threading import get_ident
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlite_transport import topology
from sqlite_transport.channel_core import ChannelCore
from sqlite_transport.history import Outcome
from sqlite_transport.inbox import BATCH, Want
from sqlite_transport.message import Message
from sqlite_transport.queue import Claimed
from sqlite_transport.settling import ACK, CLOSE, REJECT, REQUEUE, RETURN, Delivery

if TYPE_CHECKING:
    from sqlite_transport.transport import Transport


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer on this channel."""

    tag: str
    queue: str
    no_ack: bool
    callback: Callable[[Message], object]


class Consuming(ChannelCore):
    """The part of a channel that consumes.

    ready: jobs that are claimed and not yet delivered. backlog: whether the
    queues may hold more, because the last claim was not short. isolating:
    whether a job on its last chance waits for this channel to be empty, or has
    it for itself. unacked: the delivered jobs by delivery tag.
    """

    def __init__(self, connection: "Transport", channel_id: int) -> None:
        super().__init__(connection, channel_id)
        self.prefetch_count = 0
        self.ready: deque[Claimed] = deque()
        self.backlog = True
        self.isolating = False
        self.unacked: dict[int, Delivery] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self._by_queue: dict[str, deque[Subscription]] = {}
        self._delivery_tags = count(1)
        # What is with its consumer now, in which thread, and whether that has rejected it.
        self._delivering: tuple[Delivery, int] | None = None
        self._rejected: list[tuple[str, Delivery]] = []

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
        self._find(queue, (60, 20), "Channel.basic_consume")
        tag = consumer_tag or f"amq.ctag-{uuid4()}"
        inbox = self._inbox()
        with self._broker.database.writing as connection:
            topology.add_consumer(
                connection,
                inbox.session,
                self._consumer_name(tag),
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
                self._consumer_name(consumer_tag),
                subscription.queue,
                time.time(),
            )

    def _give_back_ready(self, queue: str) -> None:
        inbox = self._inbox()
        unseen = [job for job in self.ready if job.queue == queue]
        self.ready = deque(job for job in self.ready if job.queue != queue)
        for job in unseen:
            inbox.settle(RETURN, Delivery(job))
        inbox.flush()

    def basic_get(self, queue: str, no_ack: bool = False, **_: Any) -> Message | None:
        """Take one message from the queue, or None if none is ready.

        Raises:
            ChannelError: there is no such queue (404), or it is another connection's own (405).
        """
        found = self._find(queue, (60, 70), "Channel.basic_get")
        jobs = self._inbox().get(queue, no_ack, found.expires_ms is not None)
        return self._deliverable(jobs[0], "", no_ack) if jobs else None

    def wants(self) -> Iterable[Want]:
        """Yield what this channel would take now, for its acking and its no-ack consumers."""
        free = BATCH - len(self.ready)
        if not self._by_queue or not self.backlog or free <= 0:
            return
        room = min(free, self.room())
        for no_ack, limit in ((False, room), (True, free)):
            names = tuple(
                name
                for name, consumers in self._by_queue.items()
                if all(each.no_ack for each in consumers) is no_ack
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
        if self.isolating:
            if self.unacked or self.ready:
                return 0
            self.isolating = False
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
        message = self._deliverable(job, subscription.tag, subscription.no_ack)
        if subscription.no_ack and not job.transient:
            self._inbox().settle(message.delivery.settled_by(ACK), message.delivery)
        self._delivering = message.delivery, get_ident()
        try:
            subscription.callback(message)
        finally:
            self._delivering = None
            if self._rejected:
                self._settle_rejected()

    def _deliverable(self, job: Claimed, consumer_tag: str, no_ack: bool) -> Message:
        message = Message(job, self, next(self._delivery_tags), consumer_tag)
        if not no_ack:
            self.unacked[message.delivery_tag] = message.delivery
        return message

    # -- settling ---------------------------------------------------------

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        """Settle a delivered message, with `multiple` all up to it too; again does nothing."""
        if multiple:
            for tag in list(self.unacked):
                if tag < delivery_tag or not delivery_tag:
                    self._settle(ACK, tag)
        self._settle(ACK, delivery_tag)

    def basic_reject(self, delivery_tag: int, requeue: bool = False) -> None:
        """Settle a message as failed, or with `requeue` put it back to its place."""
        self._settle(REQUEUE if requeue else REJECT, delivery_tag)

    def _settle(self, how: str, delivery_tag: int) -> None:
        delivery = self.unacked.pop(delivery_tag, None)
        if delivery is None:
            return
        way = delivery.settled_by(how)
        if how == REJECT and self._delivering == (delivery, get_ident()):
            # Celery tells why it has rejected a message only after it has done so.
            self._rejected.append((way, delivery))
        else:
            self._inbox().settle(way, delivery)

    def _settle_rejected(self) -> None:
        rejected, self._rejected = self._rejected, []
        for way, delivery in rejected:
            self._inbox().settle(way, delivery)

    def conclude(self, delivery: Delivery, outcome: Outcome) -> None:
        """Tell how a job ended, before it is settled or after it was acknowledged early.

        The first word counts.
        """
        if delivery.outcome is None:
            delivery.outcome = outcome
            if delivery.accepted and self.closed:
                # The connection was made anew meanwhile, and what it had was given up.
                self._broker.correct(delivery)
            elif delivery.accepted:
                self._inbox().conclude(delivery)

    def begin(self, delivery: Delivery) -> None:
        """Tell that a job has begun to run, as `delivery.begun` says."""
        if not self.closed:
            self._inbox().begin(delivery)

    def basic_recover(self, requeue: bool = False) -> None:
        """Put all delivered and unacked messages back to their places."""
        if not requeue:
            raise NotImplementedError("basic_recover needs requeue=True")
        for tag in list(self.unacked):
            self._settle(REQUEUE, tag)
        self._inbox().flush()

    def message_to_python(self, message: Message) -> Message:
        """Return the message: it is made on delivery."""
        return message

    def flow(self, active: bool = True) -> None:
        """Refuse AMQP's flow control, which no virtual transport has."""
        raise NotImplementedError("flow control is not supported: set a prefetch count")

    def _stop_consuming(self) -> None:
        """Forget the consumers and put back what is unacked, in its order."""
        transport = self._transport()
        try:
            if transport.inbox is not None and not transport.forked():
                inbox = transport.inbox
                self._settle_rejected()
                # If the file cannot be used now, the inbox writes it as soon as it can.
                for job in self.ready:
                    inbox.settle(RETURN, Delivery(job))
                for delivery in self.unacked.values():
                    inbox.settle(CLOSE, delivery)
                inbox.flush()
                with self._broker.database.writing as connection:
                    for tag, each in self.subscriptions.items():
                        name = self._consumer_name(tag)
                        topology.remove_consumer(
                            connection, inbox.session, name, each.queue, time.time()
                        )
        finally:
            self.subscriptions.clear()
            self._by_queue.clear()
            self.ready.clear()
            self.unacked.clear()
            self._rejected.clear()

    def _consumer_name(self, tag: str) -> str:
        """Return the tag as the file knows it: channels may use the same tags."""
        return f"{self.channel_id}.{tag}"


def _ignore(message: Message) -> None:
    """Drop a message of a consumer without a callback."""

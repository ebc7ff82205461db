"""Publishing and consuming through plain kombu, against the clock."""

from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any

from kombu import Connection, Consumer, Producer

from benchmarks.contestants import Broker
from benchmarks.messages import QUEUE, TaskMessage, task_messages

WARM_UP = 20
PREFETCH = 64


@dataclass(frozen=True)
class Pace:
    """So many messages in so many seconds."""

    messages: int
    seconds: float

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds


def publish_rate(broker: Broker, messages: int, seconds: float) -> float:
    """Messages per second, published one at a time on one connection."""
    with broker.connection() as connection:
        return publish(connection, messages, seconds).rate


def publish(connection: Connection, messages: int, seconds: float) -> Pace:
    """Publish one at a time until the count or the time is reached."""
    source = task_messages()
    producer = ready_producer(connection)
    for message in islice(source, WARM_UP):
        send(producer, message)
    sent = 0
    start = monotonic()
    deadline = start + seconds
    for message in islice(source, messages):
        send(producer, message)
        sent += 1
        if monotonic() >= deadline:
            break
    return Pace(sent, monotonic() - start)


def consume(broker: Broker, messages: int, seconds: float) -> Pace:
    """Consume and acknowledge until the count or the time is reached.

    The clock stops when the channel is closed, so that acknowledgements a
    transport holds back are paid for.
    """
    received = 0

    def on_message(_body: Any, message: Any) -> None:
        nonlocal received
        message.ack()
        received += 1

    with broker.connection() as connection:
        channel = connection.channel()
        consumer = Consumer(channel, [QUEUE], callbacks=[on_message], accept=["json"])
        consumer.qos(prefetch_count=PREFETCH)
        start = monotonic()
        deadline = start + seconds
        consumer.consume()
        while received < messages and monotonic() < deadline:
            try:
                connection.drain_events(timeout=1.0)
            except TimeoutError:
                break
        consumer.cancel()
        channel.close()
        return Pace(received, monotonic() - start)


def ready_producer(connection: Connection) -> Producer:
    """Give a producer whose queue is declared."""
    producer = Producer(connection, serializer="json")
    QUEUE(producer.channel).declare()
    return producer


def send(producer: Producer, message: TaskMessage) -> None:
    """Publish as Celery does: to the queue by name, through the default exchange."""
    producer.publish(
        message.body,
        exchange="",
        routing_key=QUEUE.name,
        headers=message.headers,
        **message.properties,
    )


def depth(broker: Broker) -> int:
    """Count the ready messages of the queue."""
    with broker.connection() as connection:
        return int(QUEUE(connection.default_channel).queue_declare().message_count)

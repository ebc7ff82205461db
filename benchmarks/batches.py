"""Publishing many messages in one round trip or one transaction."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from time import monotonic

from kombu import Connection, Producer

from benchmarks.contestants import Broker
from benchmarks.messages import QUEUE, TaskMessage, task_messages
from benchmarks.traffic import WARM_UP, Pace, ready_producer, send

FILL_BATCH = 1_000
FILL_SECONDS = 600.0


def why_no_batches(connection: Connection) -> str | None:
    """Say why this connection cannot publish in batches, or None if it can."""
    producer = ready_producer(connection)
    if getattr(producer, "supports_batch_publish", False):
        return None
    if hasattr(producer.channel, "create_publish_batch"):
        return None
    if not hasattr(producer, "batch"):
        return "kombu before 5.7 has no Producer.batch(), nor has this transport"
    return "this transport publishes one at a time even inside Producer.batch()"


def publish_in_batches(connection: Connection, batch: int, messages: int, seconds: float) -> Pace:
    """Publish full batches until the count or the time is reached."""
    source = task_messages()
    producer = ready_producer(connection)
    send_batch(producer, islice(source, WARM_UP), batch)
    sent = 0
    start = monotonic()
    deadline = start + seconds
    while sent < messages and monotonic() < deadline:
        send_batch(producer, islice(source, batch), batch)
        sent += batch
    return Pace(sent, monotonic() - start)


def send_batch(producer: Producer, messages: Iterable[TaskMessage], size: int) -> None:
    """Publish the messages through `Producer.batch()`, or the channel's own batch."""
    if hasattr(producer, "batch"):
        with producer.batch(max_size=size):
            for message in messages:
                send(producer, message)
    else:
        _send_channel_batch(producer, messages, size)


def _send_channel_batch(producer: Producer, messages: Iterable[TaskMessage], size: int) -> None:
    channel = producer.channel
    batch = channel.create_publish_batch(max_size=size)
    try:
        for message in messages:
            headers = dict(message.headers)
            body, kind, encoding = producer._prepare(  # the one way to its serializer
                message.body, None, None, None, None, headers
            )
            properties = {**message.properties, "delivery_mode": 2}
            prepared = channel.prepare_message(body, 0, kind, encoding, headers, properties)
            batch.publish(prepared, exchange="", routing_key=QUEUE.name)
        batch.flush()
    finally:
        batch.close()


def fill(broker: Broker, messages: int, eta: datetime | None = None) -> None:
    """Put so many messages into the queue, the quickest way there is.

    Raises TimeoutError after ten minutes: a queue of another length would be
    another measurement.
    """
    source = task_messages(eta)
    deadline = monotonic() + FILL_SECONDS
    with broker.connection() as connection:
        producer = ready_producer(connection)
        in_batches = why_no_batches(connection) is None
        for start in range(0, messages, FILL_BATCH):
            if monotonic() >= deadline:
                raise TimeoutError(f"only {start} of {messages} messages after ten minutes")
            chunk = islice(source, min(FILL_BATCH, messages - start))
            if in_batches:
                send_batch(producer, chunk, FILL_BATCH)
            else:
                for message in chunk:
                    send(producer, message)

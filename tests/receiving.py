"""Waiting for messages, with a deadline and never with a fixed sleep."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kombu import Connection, Consumer, Queue

PATIENCE = 180.0


def eventually(holds: Callable[[], object], seconds: float = PATIENCE) -> Any:
    """Return the first true value of `holds()`; fail if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)


def drain_until(
    connection: Connection, done: Callable[[], object], seconds: float = PATIENCE
) -> None:
    """Receive until `done()`; fail if it takes too long."""
    deadline = time.monotonic() + seconds
    while not done():
        left = deadline - time.monotonic()
        assert left > 0, "the messages did not come in time"
        with suppress(TimeoutError):
            connection.drain_events(timeout=min(left, 1.0))


def drain_all(connection: Connection, silence: float = 0.2) -> None:
    """Receive until nothing has come for `silence` seconds."""
    with suppress(TimeoutError):
        while True:
            connection.drain_events(timeout=silence)


def drain_until_told(connection: Connection, stop: Path) -> None:
    """Receive until the file `stop` is there, and what was there before it has come."""
    is_over = False
    while not is_over:
        may_be_over = stop.exists()
        try:
            connection.drain_events(timeout=0.5)
        except TimeoutError:
            is_over = may_be_over


class Received(list[Any]):
    """The messages that a consumer was given, in their order."""

    @property
    def bodies(self) -> list[Any]:
        return [message.decode() for message in self]


def listen(channel: Any, queues: Queue | Iterable[Queue], **options: Any) -> tuple[Received, Any]:
    """Consume and keep what comes, unacked; return it and the consumer."""
    received = Received()
    options.setdefault("accept", ["json", "text/plain"])
    several = [queues] if isinstance(queues, Queue) else list(queues)
    consumer = Consumer(channel, several, on_message=received.append, **options)
    consumer.consume()
    return received, consumer


def take(connection: Connection, queues: Queue | Iterable[Queue], count: int) -> list[Any]:
    """Receive and ack exactly `count` messages; return their bodies."""
    with connection.channel() as channel:
        received, consumer = listen(channel, queues)
        drain_until(connection, lambda: len(received) >= count)
        for message in received:
            message.ack()
        consumer.cancel()
    assert len(received) == count
    return received.bodies

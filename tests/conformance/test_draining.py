"""How long `drain_events` waits."""

import threading
import time

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, listen

from .broker import Broker

queue = Queue("films")


@pytest.mark.parametrize("timeout", [0, 0.1, 0.5])
def test_without_a_message_it_times_out(connection: Connection, timeout: float) -> None:
    listen(connection.channel(), queue)
    start = time.monotonic()

    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=timeout)

    assert time.monotonic() - start >= timeout


def test_a_message_ends_the_waiting(connection: Connection, producer: Producer) -> None:
    received, _ = listen(connection.channel(), queue)
    producer.publish("x", routing_key="films")

    connection.drain_events(timeout=60)

    assert received.bodies == ["x"]


def test_without_a_timeout_it_waits_for_the_message(broker: Broker, connection: Connection) -> None:
    received, _ = listen(connection.channel(), queue)
    drain_all(connection)

    def publish() -> None:
        with broker.connect() as other:
            other.Producer().publish("x", routing_key="films")

    publisher = threading.Timer(0.3, publish)
    publisher.start()
    while not received:
        connection.drain_events(timeout=None)
    publisher.join()

    assert received.bodies == ["x"]

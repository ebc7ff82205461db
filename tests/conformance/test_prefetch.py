"""A channel is given no more than its window of unacked messages."""

from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, listen

from .broker import Broker

queue = Queue("films")


@pytest.fixture
def ten(producer: Producer) -> None:
    for number in range(10):
        producer.publish(number, routing_key="films", declare=[queue])


@pytest.mark.usefixtures("ten")
def test_no_more_than_the_window_is_delivered(connection: Connection, channel: Any) -> None:
    channel.basic_qos(0, 3, False)
    received, _ = listen(channel, queue)

    drain_until(connection, lambda: len(received) >= 3)
    drain_all(connection)

    assert received.bodies == [0, 1, 2]


@pytest.mark.usefixtures("ten")
def test_an_ack_makes_room_for_one(connection: Connection, channel: Any) -> None:
    channel.basic_qos(0, 3, False)
    received, _ = listen(channel, queue)
    drain_until(connection, lambda: len(received) >= 3)

    received[1].ack()
    drain_until(connection, lambda: len(received) >= 4)
    drain_all(connection)

    assert received.bodies == [0, 1, 2, 3]


@pytest.mark.usefixtures("ten")
def test_acking_in_the_callback_keeps_it_going(connection: Connection, channel: Any) -> None:
    channel.basic_qos(0, 1, False)
    received, consumer = listen(channel, queue)
    consumer.on_message = lambda message: (received.append(message), message.ack())

    drain_until(connection, lambda: len(received) == 10)

    assert received.bodies == list(range(10))


@pytest.mark.usefixtures("ten")
def test_zero_is_no_limit(connection: Connection, channel: Any) -> None:
    channel.basic_qos(0, 0, False)
    received, _ = listen(channel, queue)

    drain_until(connection, lambda: len(received) == 10)

    assert received.bodies == list(range(10))


@pytest.mark.usefixtures("ten")
def test_what_is_beyond_the_window_is_for_others(
    broker: Broker, connection: Connection, channel: Any
) -> None:
    channel.basic_qos(0, 4, False)
    received, _ = listen(channel, queue)
    drain_until(connection, lambda: len(received) >= 4)
    drain_all(connection)
    other = broker.connect()
    others, _ = listen(other.channel(), queue)

    drain_until(other, lambda: len(others) >= 6)

    assert (received.bodies, others.bodies) == ([0, 1, 2, 3], [4, 5, 6, 7, 8, 9])


@pytest.mark.usefixtures("ten")
def test_a_wider_window_takes_effect(connection: Connection, channel: Any) -> None:
    channel.basic_qos(0, 1, False)
    received, _ = listen(channel, queue)
    drain_until(connection, lambda: received)

    channel.basic_qos(0, 4, False)
    drain_until(connection, lambda: len(received) >= 4)
    drain_all(connection)

    assert received.bodies == [0, 1, 2, 3]

"""Taking single messages without a consumer."""

from typing import Any

from kombu import Connection, Producer, Queue
from receiving import take

queue = Queue("films")


def test_get_takes_the_oldest(producer: Producer, channel: Any) -> None:
    for number in range(3):
        producer.publish(number, routing_key="films", declare=[queue])

    assert [queue(channel).get().decode() for _ in range(3)] == [0, 1, 2]


def test_get_of_an_empty_queue_is_none(channel: Any) -> None:
    bound = queue(channel)
    bound.declare()

    assert bound.get() is None


def test_a_got_message_can_be_acked(
    connection: Connection, producer: Producer, channel: Any
) -> None:
    producer.publish("x", routing_key="films", declare=[queue])

    queue(channel).get().ack()
    channel.close()

    assert queue(connection.channel()).get() is None


def test_a_got_message_that_is_not_acked_comes_back(
    connection: Connection, producer: Producer, channel: Any
) -> None:
    producer.publish("x", routing_key="films", declare=[queue])

    queue(channel).get()
    channel.close()

    assert take(connection, queue, 1) == ["x"]


def test_a_message_got_without_ack_is_gone(
    connection: Connection, producer: Producer, channel: Any
) -> None:
    producer.publish("x", routing_key="films", declare=[queue])

    assert queue(channel).get(no_ack=True).decode() == "x"
    channel.close()

    assert queue(connection.channel()).get() is None

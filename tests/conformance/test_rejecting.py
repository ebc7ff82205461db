"""A consumer refuses a message, for now or for good."""

from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, listen

queue = Queue("films")


def test_a_requeued_message_comes_again(connection: Connection, producer: Producer) -> None:
    producer.publish("again", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)
    drain_until(connection, lambda: received)

    received[0].requeue()
    drain_until(connection, lambda: len(received) == 2)

    assert received.bodies == ["again", "again"]


def test_the_message_says_that_it_was_delivered_before(
    connection: Connection, producer: Producer
) -> None:
    producer.publish("again", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)
    drain_until(connection, lambda: received)
    assert not received[0].headers.get("redelivered")

    received[0].requeue()
    drain_until(connection, lambda: len(received) == 2)

    assert received[1].headers["redelivered"]
    assert received[1].delivery_info["redelivered"]


def test_a_rejected_message_does_not_come_again(connection: Connection, producer: Producer) -> None:
    producer.publish("never", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)
    drain_until(connection, lambda: received)

    received[0].reject()
    drain_all(connection)

    assert received.bodies == ["never"]
    assert queue(connection.channel()).get() is None

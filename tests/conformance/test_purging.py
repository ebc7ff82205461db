"""Emptying a queue and deleting it."""

from typing import Any

from kombu import Connection, Exchange, Producer, Queue
from receiving import drain_until, listen

queue = Queue("films")


def test_purge_empties_the_queue_and_counts(producer: Producer, channel: Any) -> None:
    for number in range(5):
        producer.publish(number, routing_key="films", priority=number, declare=[queue])

    assert queue(channel).purge() == 5
    assert queue(channel).get() is None


def test_purge_of_an_empty_queue_is_zero(channel: Any) -> None:
    queue(channel).declare()

    assert queue(channel).purge() == 0


def test_purge_leaves_what_is_being_worked_on(
    connection: Connection, producer: Producer, channel: Any
) -> None:
    producer.publish("held", routing_key="films", declare=[queue])
    received, consumer = listen(channel, queue)
    drain_until(connection, lambda: received)
    producer.publish("waiting", routing_key="films")
    consumer.cancel()

    purged = queue(connection.channel()).purge()
    channel.close()

    assert purged in (0, 1)  # the second may have been fetched and given back
    held = queue(connection.channel()).get()
    assert held is not None


def test_purge_leaves_other_queues(producer: Producer, channel: Any) -> None:
    other = Queue("series")
    producer.publish("f", routing_key="films", declare=[queue])
    producer.publish("s", routing_key="series", declare=[other])

    queue(channel).purge()

    assert other(channel).get().decode() == "s"


def test_a_declared_queue_counts_what_is_ready(producer: Producer, channel: Any) -> None:
    for number in range(4):
        producer.publish(number, routing_key="films", priority=number, declare=[queue])

    assert queue(channel).queue_declare(passive=True).message_count == 4


def test_a_deleted_queue_loses_its_messages(producer: Producer, channel: Any) -> None:
    shop = Exchange("shop", "direct")
    bound = Queue("films", shop, "film")(channel)
    producer.publish("x", exchange=shop, routing_key="film", declare=[bound])

    bound.delete()
    bound.declare()

    assert bound.get() is None

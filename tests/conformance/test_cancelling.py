"""A consumer that is cancelled is given nothing more."""

from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, listen, take

films, series = Queue("films"), Queue("series")


def test_a_cancelled_consumer_is_given_nothing(connection: Connection, producer: Producer) -> None:
    received, consumer = listen(connection.channel(), films)
    drain_all(connection)

    consumer.cancel()
    producer.publish("later", routing_key="films")
    drain_all(connection)

    assert received == []
    assert take(connection, films, 1) == ["later"]


def test_a_message_delivered_before_can_still_be_acked(
    connection: Connection, producer: Producer
) -> None:
    producer.publish("x", routing_key="films", declare=[films])
    channel = connection.channel()
    received, consumer = listen(channel, films)
    drain_until(connection, lambda: received)

    consumer.cancel()
    received[0].ack()
    channel.close()

    assert films(connection.channel()).get() is None


def test_one_of_several_queues_can_be_cancelled(connection: Connection, producer: Producer) -> None:
    received, consumer = listen(connection.channel(), [films, series])
    drain_all(connection)

    consumer.cancel_by_queue("films")
    producer.publish("f", routing_key="films")
    producer.publish("s", routing_key="series")
    drain_until(connection, lambda: received)
    drain_all(connection)

    assert received.bodies == ["s"]


def test_a_queue_can_be_added_to_a_running_consumer(
    connection: Connection, producer: Producer
) -> None:
    received, consumer = listen(connection.channel(), films)
    drain_all(connection)

    consumer.add_queue(series)
    consumer.consume()
    producer.publish("s", routing_key="series")
    drain_until(connection, lambda: received)

    assert received.bodies == ["s"]

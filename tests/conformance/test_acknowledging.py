"""What is acked is gone; what is not comes back."""

from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, listen, take

from .broker import Broker

queue = Queue("films")


def test_an_acked_message_is_gone(
    broker: Broker, connection: Connection, producer: Producer
) -> None:
    producer.publish("once", routing_key="films", declare=[queue])
    take(connection, queue, 1)
    connection.release()

    received, _ = listen((again := broker.connect()).channel(), queue)
    drain_all(again)

    assert received == []


def test_a_delivered_message_is_nobody_elses_meanwhile(
    broker: Broker, connection: Connection, producer: Producer
) -> None:
    producer.publish("mine", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)
    drain_until(connection, lambda: received)

    assert queue(broker.connect().channel()).get() is None


def test_what_is_unacked_when_its_channel_closes_comes_back(
    connection: Connection, producer: Producer
) -> None:
    for number in range(3):
        producer.publish(number, routing_key="films", declare=[queue])
    channel = connection.channel()
    received, _ = listen(channel, queue)
    drain_until(connection, lambda: len(received) == 3)
    received[1].ack()

    channel.close()

    assert sorted(take(connection, queue, 2)) == [0, 2]


def test_what_is_unacked_when_its_connection_closes_comes_back(
    broker: Broker, connection: Connection, producer: Producer
) -> None:
    producer.publish("back", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)
    drain_until(connection, lambda: received)

    connection.release()

    assert take(broker.connect(), queue, 1) == ["back"]


def test_a_no_ack_consumer_settles_by_receiving(
    broker: Broker, connection: Connection, producer: Producer
) -> None:
    producer.publish("gone", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue, no_ack=True)
    drain_until(connection, lambda: received)
    connection.release()

    again, _ = listen((other := broker.connect()).channel(), queue)
    drain_all(other)

    assert received.bodies == ["gone"]
    assert again == []


def test_recover_puts_back_all_that_is_unacked(connection: Connection, producer: Producer) -> None:
    for number in range(3):
        producer.publish(number, routing_key="films", declare=[queue])
    channel = connection.channel()
    received, consumer = listen(channel, queue)
    drain_until(connection, lambda: len(received) == 3)
    received[0].ack()
    consumer.cancel()

    channel.basic_recover(requeue=True)

    assert sorted(take(connection, queue, 2)) == [1, 2]

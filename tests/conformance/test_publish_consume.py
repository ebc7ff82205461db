"""A message goes in at one end and comes out at the other, once."""

from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, listen, take

from .broker import Broker

queue = Queue("films")


def test_a_published_message_is_delivered(connection: Connection, producer: Producer) -> None:
    producer.publish({"film": 1}, routing_key="films", declare=[queue])

    assert take(connection, queue, 1) == [{"film": 1}]


def test_messages_of_one_queue_come_in_the_order_of_publishing(
    connection: Connection, producer: Producer
) -> None:
    for number in range(50):
        producer.publish(number, routing_key="films", declare=[queue])

    assert take(connection, queue, 50) == list(range(50))


def test_another_connection_receives_what_this_one_published(
    broker: Broker, connection: Connection, producer: Producer
) -> None:
    producer.publish("here", routing_key="films", declare=[queue])

    assert take(broker.connect(), queue, 1) == ["here"]


def test_a_waiting_consumer_is_given_what_is_published_later(
    broker: Broker, connection: Connection, producer: Producer
) -> None:
    consuming = broker.connect()
    received, _ = listen(consuming.channel(), queue)
    drain_all(consuming)
    producer.publish("late", routing_key="films")

    drain_until(consuming, lambda: received)

    assert received.bodies == ["late"]


def test_each_message_goes_to_one_of_two_consumers(broker: Broker, producer: Producer) -> None:
    consumers = [broker.connect(), broker.connect()]
    both = [listen(each.channel(), queue)[0] for each in consumers]
    for number in range(20):
        producer.publish(number, routing_key="films")

    for each in consumers:
        drain_all(each)
    while len(both[0] + both[1]) < 20:
        for each in consumers:
            drain_all(each)

    assert sorted(both[0].bodies + both[1].bodies) == list(range(20))


def test_a_message_says_where_it_was_published(connection: Connection, producer: Producer) -> None:
    producer.publish("x", routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)

    drain_until(connection, lambda: received)

    info = received[0].delivery_info
    assert (info["exchange"], info["routing_key"]) == ("", "films")


def test_every_delivery_has_a_tag_of_its_own(connection: Connection, producer: Producer) -> None:
    for number in range(3):
        producer.publish(number, routing_key="films", declare=[queue])
    received, _ = listen(connection.channel(), queue)

    drain_until(connection, lambda: len(received) == 3)

    assert len({message.delivery_tag for message in received}) == 3

"""A lower priority number is served first."""

import random

from kombu import Connection, Producer, Queue
from receiving import drain_until, listen, take

queue = Queue("films")


def test_lower_numbers_come_first(connection: Connection, producer: Producer) -> None:
    priorities = random.Random(7).sample(range(10), 10)
    for priority in priorities:
        producer.publish(priority, routing_key="films", priority=priority, declare=[queue])

    assert take(connection, queue, 10) == list(range(10))


def test_equal_priorities_come_in_the_order_of_publishing(
    connection: Connection, producer: Producer
) -> None:
    for number in range(12):
        producer.publish(number, routing_key="films", priority=number % 3, declare=[queue])

    assert take(connection, queue, 12) == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]


def test_priorities_hold_across_queues(connection: Connection, producer: Producer) -> None:
    queues = [Queue("films"), Queue("series"), Queue("music")]
    for number, priority in enumerate([8, 1, 5, 3, 9, 0, 7, 2, 6]):
        to = queues[number % 3]
        producer.publish(priority, routing_key=to.name, priority=priority, declare=[to])

    assert take(connection, queues, 9) == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_an_urgent_message_overtakes_what_waits(connection: Connection, producer: Producer) -> None:
    channel = connection.channel()
    channel.basic_qos(0, 1, False)
    for number in range(3):
        producer.publish(number, routing_key="films", priority=5, declare=[queue])
    received, _ = listen(channel, queue)
    drain_until(connection, lambda: received)
    producer.publish("urgent", routing_key="films", priority=1)

    received[0].ack()
    drain_until(connection, lambda: len(received) == 2)

    assert received.bodies == [0, "urgent"]


def test_a_message_tells_its_priority(connection: Connection, producer: Producer) -> None:
    producer.publish("x", routing_key="films", priority=3, declare=[queue])
    message = queue(connection.channel()).get()

    assert message.properties["priority"] == 3

"""The order in which jobs are handed out: priority, then age, whatever the queue."""

import random
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_until, listen, take

QUEUES = [Queue("films"), Queue("series"), Queue("music")]


def test_priority_then_age_over_all_queues(connection: Connection, producer: Producer) -> None:
    choose = random.Random(11)
    sent = []
    for number in range(300):
        queue, priority = choose.choice(QUEUES), choose.randrange(10)
        sent.append((priority, number))
        producer.publish(
            (priority, number), routing_key=queue.name, priority=priority, declare=[queue]
        )

    assert [tuple(each) for each in take(connection, QUEUES, 300)] == sorted(sent)


def test_the_order_holds_from_claim_to_claim(connection: Connection, producer: Producer) -> None:
    channel = connection.channel()
    channel.basic_qos(0, 1, False)
    received, consumer = listen(channel, QUEUES)
    consumer.on_message = lambda message: (received.append(message), message.ack())
    for number in range(30):
        producer.publish(number, routing_key=QUEUES[number % 3].name, priority=9 - number % 10)

    drain_until(connection, lambda: len(received) == 30)

    # The first ones went out as they came, before there was a choice.
    rest = [(9 - body % 10, body) for body in received.bodies]
    assert rest == sorted(rest)


def test_over_more_queues_than_a_union_can_have(connection: Connection, producer: Producer) -> None:
    queues = [Queue(f"tenant-{number}") for number in range(600)]
    for number, priority in ((7, 5), (599, 3), (300, 5)):
        producer.publish(number, routing_key=queues[number].name, priority=priority)

    assert take(connection, queues, 3) == [599, 7, 300]


@pytest.mark.parametrize(("asked", "given"), [(-5, 0), (0, 0), (9, 9), (10, 9), (255, 9)])
def test_a_priority_beyond_the_scale_is_moved_to_its_end(
    producer: Producer, channel: Any, asked: int, given: int
) -> None:
    producer.publish("x", routing_key="films", priority=asked, declare=[Queue("films")])

    assert Queue("films")(channel).get().delivery_info["priority"] == given


def test_without_a_priority_a_message_is_in_the_middle(
    connection: Connection, producer: Producer
) -> None:
    for priority in (6, None, 4):
        producer.publish(priority, routing_key="films", priority=priority)

    assert take(connection, QUEUES[0], 3) == [4, None, 6]


def test_the_middle_can_be_chosen(connect: Any) -> None:
    connection = connect(default_priority=1)
    for priority in (2, None, 0):
        connection.Producer().publish(priority, routing_key="films", priority=priority)

    assert take(connection, QUEUES[0], 3) == [0, None, 2]

"""Queues with limits of their own: length and priority."""

from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_until, listen, take
from sending import send_job


def test_a_full_queue_drops_at_its_head(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    short = Queue("films", max_length=3)
    for number in range(5):
        send_job(producer, number, declare=[short])

    assert take(connection, short, 3) == [2, 3, 4]
    dropped = rows("SELECT job_id, status, error FROM job_history ORDER BY id LIMIT 2")
    assert [(job, status) for job, status, _ in dropped] == [(1, "cancelled"), (2, "cancelled")]
    assert all("x-max-length 3" in error for _, _, error in dropped)


def test_what_is_being_worked_on_takes_no_place(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    short = Queue("films", max_length=2)
    send_job(producer, 0, declare=[short])
    received, consumer = listen(connection.channel(), short)
    drain_until(connection, lambda: received)
    consumer.cancel()
    for number in (1, 2, 3):
        send_job(producer, number)

    assert rows("SELECT id, status FROM job_queue ORDER BY id") == [
        (1, "processing"),
        (3, "pending"),
        (4, "pending"),
    ]


@pytest.mark.skipif(not hasattr(Producer, "batch"), reason="batches came with kombu 5.7")
def test_a_batch_is_held_to_it_too(connection: Connection, producer: Producer) -> None:
    short = Queue("films", max_length=2)
    short(connection.channel()).declare()
    with producer.batch():
        for number in range(10):
            send_job(producer, number)

    assert take(connection, short, 2) == [8, 9]


def test_a_queue_may_know_fewer_priorities(connection: Connection, producer: Producer) -> None:
    few = Queue("films", max_priority=3)
    for priority in (9, 3, 7, 1):
        send_job(producer, priority, priority=priority, declare=[few])

    assert take(connection, few, 4) == [1, 9, 3, 7]


@pytest.mark.parametrize("value", [-1, "many", True, [1]])
def test_a_limit_that_is_no_number_is_refused(channel: Any, value: object) -> None:
    with pytest.raises(ValueError, match="x-max-length"):
        channel.queue_declare("films", arguments={"x-max-length": value})


def test_a_new_declaration_gives_new_limits(channel: Any, producer: Producer, rows: Any) -> None:
    channel.queue_declare("films", durable=True, arguments={"x-max-length": 1})
    channel.queue_declare("films", durable=True, arguments={"x-max-length": 3})
    for number in range(4):
        send_job(producer, number)

    assert rows("SELECT count(*) FROM job_queue") == [(3,)]

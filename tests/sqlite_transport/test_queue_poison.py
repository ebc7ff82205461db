"""A job that is delivered again and again and never finished is taken out."""

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import PATIENCE, eventually
from sending import HISTORY, send_job

films = Queue("films")


def requeue(connect: Any, **options: Any) -> bool:
    """Take a job and put it back; tell whether there was one."""
    channel = connect(**options).channel()
    message = films(channel).get()
    if message is not None:
        message.requeue()
        channel.close()
    return message is not None


def test_it_fails_with_the_reason(producer: Producer, connect: Any, rows: Any) -> None:
    send_job(producer, "poison", declare=[films])

    assert [requeue(connect) for _ in range(6)] == [True] * 5 + [False]

    ((status, error),) = rows(HISTORY)
    assert status == "failed"
    assert "delivered 5 times" in error
    assert rows("SELECT deliveries FROM job_history") == [(5,)]


@pytest.mark.parametrize("limit", [1, 2])
def test_the_limit_can_be_chosen(producer: Producer, connect: Any, rows: Any, limit: int) -> None:
    send_job(producer, "poison", declare=[films])

    for _ in range(limit):
        assert requeue(connect, max_deliveries=limit)

    eventually(lambda: rows("SELECT status FROM job_history") == [("failed",)])


def test_zero_is_no_limit(producer: Producer, connect: Any, rows: Any) -> None:
    send_job(producer, "stubborn", declare=[films])

    assert all(requeue(connect, max_deliveries=0) for _ in range(12))

    assert rows("SELECT deliveries FROM job_queue") == [(12,)]
    assert rows(HISTORY) == []


def test_a_clean_close_is_not_held_against_the_job(
    producer: Producer, connect: Any, rows: Any
) -> None:
    send_job(producer, "innocent", declare=[films])

    for _ in range(7):
        connection = connect()
        assert films(connection.channel()).get() is not None
        connection.release()

    assert rows("SELECT status, deliveries FROM job_queue") == [("pending", 0)]


def test_other_jobs_are_not_touched(producer: Producer, connect: Any, rows: Any) -> None:
    send_job(producer, "poison", priority=0, declare=[films])
    send_job(producer, "good", priority=9)

    while not rows(HISTORY):
        assert requeue(connect)

    assert films(connect().channel()).get().decode() == "good"


CONSUMER = """
    import sys, time
    import sqlite_transport
    from kombu import Connection, Queue

    connection = Connection(sys.argv[1])
    channel = connection.channel()
    consumer = connection.Consumer(
        Queue("films"),
        channel=channel,
        callbacks=[lambda body, message: print(body, flush=True)],
        prefetch_count=4,
    )
    consumer.consume()
    connection.drain_events(timeout=240)
    time.sleep(600)
"""


def test_it_takes_nobody_with_it(
    producer: Producer, connect: Any, rows: Any, run: Any, path: Path
) -> None:
    for body in ("poison", "innocent 1", "innocent 2"):
        send_job(producer, body, declare=[films])

    for _ in range(5):
        program = run(CONSUMER, f"sqlite:///{path}")
        assert program.read() == "poison"
        program.kill()

    # It restores what the last one held, and buries the poison.
    taken = [films(connect().channel()).get().decode() for _ in range(2)]
    assert taken == ["innocent 1", "innocent 2"]
    ((status, _),) = rows(HISTORY)
    assert status == "failed"
    assert rows("SELECT payload FROM job_history") == [(b"poison",)]


def test_a_job_on_its_last_chance_is_alone(
    producer: Producer, connect: Any, connection: Connection, rows: Any
) -> None:
    send_job(producer, "suspect", declare=[films])
    for _ in range(2):
        assert requeue(connect, max_deliveries=3)
    eventually(lambda: rows("SELECT status FROM job_queue") == [("pending",)])
    send_job(producer, "second")

    consumer = connect(max_deliveries=3)
    received: list[Any] = []
    with consumer.Consumer(films, on_message=received.append, prefetch_count=4):
        consumer.drain_events(timeout=PATIENCE)
        with pytest.raises(TimeoutError):
            consumer.drain_events(timeout=0.2)
        assert [message.decode() for message in received] == ["suspect"]
        received[0].ack()
        consumer.drain_events(timeout=PATIENCE)
        received[1].ack()
    assert received[1].decode() == "second"

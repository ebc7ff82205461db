"""A job that is delivered again and again and never finished is taken out."""

from typing import Any

import pytest
from kombu import Producer, Queue
from receiving import eventually
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

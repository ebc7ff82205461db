"""A message whose time is over is not delivered, and the history says so."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, eventually, listen
from sending import HISTORY, after, send_job

from sqlite_transport.database import open_database

films = Queue("films")
EXPIRED = [("cancelled", "expired")]


def expire_by_message(producer: Producer, seconds: float) -> None:
    producer.publish("x", routing_key="films", expiration=seconds)


def expire_by_queue(producer: Producer, seconds: float) -> None:
    queue = Queue("films", message_ttl=seconds)
    producer.publish("x", routing_key="films", declare=[queue])


def expire_by_task(producer: Producer, seconds: float) -> None:
    send_job(producer, "x", expires=after(seconds))


WAYS = [expire_by_message, expire_by_queue, expire_by_task]


@pytest.fixture
def run_out(path: Path) -> Callable[[], None]:
    """Let the time of all jobs be over."""
    return lambda: open_database(path).write("UPDATE job SET expires_at = ?", (time.time() - 1,))


@pytest.mark.parametrize("expire", WAYS)
def test_it_is_delivered_in_time(producer: Producer, channel: Any, expire: Any) -> None:
    expire(producer, 3600)

    assert films(channel).get().decode() == "x"


@pytest.mark.parametrize("expire", WAYS)
def test_it_is_never_delivered_late(producer: Producer, channel: Any, expire: Any) -> None:
    expire(producer, 0.2)
    time.sleep(0.25)

    assert films(channel).get() is None


def test_a_plain_message_is_gone_without_history(
    producer: Producer, connection: Connection, rows: Any
) -> None:
    producer.publish("x", routing_key="films", expiration=0.1, delivery_mode=1)
    listen(connection.channel(), films)
    time.sleep(0.15)

    eventually(
        lambda: drain_all(connection, 0.1) or rows("SELECT count(*) FROM job_queue") == [(0,)]
    )

    assert rows(HISTORY) == []


@pytest.mark.parametrize("expire", WAYS)
def test_a_living_consumer_moves_it_to_the_history(
    connection: Connection, producer: Producer, rows: Any, expire: Any
) -> None:
    expire(producer, 0.2)
    listen(connection.channel(), Queue("series"))  # anybody's upkeep will do

    eventually(lambda: drain_all(connection, 0.1) or rows(HISTORY) == EXPIRED)

    assert rows("SELECT count(*) FROM job_queue") == [(0,)]


def test_what_is_being_worked_on_does_not_expire(
    connection: Connection, producer: Producer, rows: Any, run_out: Any
) -> None:
    send_job(producer, "x", expires=after(3600))
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: received)
    run_out()
    drain_all(connection, 1.2)

    received[0].ack()

    eventually(lambda: rows(HISTORY) == [("completed", None)])


def test_what_is_given_back_late_expires(
    connection: Connection, producer: Producer, rows: Any, run_out: Any
) -> None:
    send_job(producer, "x", expires=after(3600))
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: received)
    run_out()

    received[0].requeue()
    eventually(lambda: drain_all(connection, 0.1) or rows(HISTORY) == EXPIRED)

    assert len(received) == 1


def test_a_job_that_expires_before_it_is_due_never_goes_out(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    received, _ = listen(connection.channel(), films)
    expires = after(0.2)  # taken first, so that it is the earlier one by any clock
    send_job(producer, "x", eta=after(0.4), expires=expires)

    eventually(lambda: drain_all(connection, 0.1) or rows(HISTORY) == EXPIRED)

    assert received == []


def test_a_queues_time_limit_counts_from_when_a_job_is_due(
    connection: Connection, producer: Producer, rows: Any, path: Path
) -> None:
    queue = Queue("films", message_ttl=60)
    received, _ = listen(connection.channel(), queue)
    send_job(producer, "x", eta=after(3600))
    [(left,)] = rows("SELECT expires_at - due_at FROM job_queue")

    open_database(path).write("UPDATE job SET due_at = ?", (time.time(),))
    drain_until(connection, lambda: received)

    assert left == pytest.approx(60)


def test_the_shorter_of_two_limits_holds(producer: Producer, rows: Any) -> None:
    queue = Queue("films", message_ttl=60)
    for seconds in (30, 90):
        producer.publish("x", routing_key="films", declare=[queue], expiration=seconds)

    left = rows("SELECT expires_at - created_at FROM job_queue ORDER BY id")
    assert [round(each) for (each,) in left] == [30, 60]

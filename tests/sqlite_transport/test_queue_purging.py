"""Purging: all that waits, due or not, in slices, into the history."""

from typing import Any

from kombu import Connection, Producer, Queue
from receiving import drain_until, listen
from sending import HISTORY, after, many, send_job

films = Queue("films")


def test_more_than_a_slice(connection: Connection, producer: Producer, rows: Any) -> None:
    with many(producer, 3000):
        for number in range(2500):
            send_job(producer, number)

    assert films(connection.channel()).purge() == 2500
    assert rows("SELECT count(*) FROM job_queue") == [(0,)]
    assert rows("SELECT status, error, count(*) FROM job_history GROUP BY 1, 2") == [
        ("cancelled", "purged", 2500)
    ]


def test_what_is_not_due_goes_too(producer: Producer, channel: Any, rows: Any) -> None:
    send_job(producer, "now")
    send_job(producer, "later", eta=after(3600))

    assert films(channel).purge() == 2
    assert rows("SELECT count(*) FROM job_queue") == [(0,)]


def test_what_is_being_worked_on_stays(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    send_job(producer, "held", declare=[films])
    received, consumer = listen(connection.channel(), films)
    drain_until(connection, lambda: received)
    consumer.cancel()
    send_job(producer, "waits")

    assert films(connection.channel()).purge() == 1
    assert rows("SELECT id, status FROM job_queue") == [(1, "processing")]


def test_transient_messages_are_counted_and_leave_no_trace(
    producer: Producer, channel: Any, rows: Any
) -> None:
    producer.publish("x", routing_key="films", delivery_mode=1, declare=[films])

    assert films(channel).purge() == 1
    assert rows(HISTORY) == []


def test_a_queue_that_does_not_exist_holds_nothing(channel: Any) -> None:
    assert films(channel).purge() == 0

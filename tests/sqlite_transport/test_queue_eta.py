"""A job that is not due waits in the file, and goes out when it is."""

import time
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, listen
from sending import after, many, send_job

from sqlite_transport.database import open_database

films = Queue("films")


@pytest.fixture
def without_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody look now and then, so that what goes out goes out by itself."""
    monkeypatch.setattr("sqlite_transport.transport.SWEEP", 3600.0)


def test_it_waits_in_the_file(connection: Connection, producer: Producer, rows: Any) -> None:
    received, _ = listen(connection.channel(), films)
    send_job(producer, "later", eta=after(3600))

    drain_all(connection)

    assert received == []
    assert rows("SELECT status FROM job_queue") == [("scheduled",)]


@pytest.mark.usefixtures("without_sweeps")
def test_it_goes_out_when_it_is_due_and_not_before(
    connection: Connection, producer: Producer
) -> None:
    received, _ = listen(connection.channel(), films)
    due = time.time() + 0.75
    send_job(producer, "later", eta=after(0.75))

    connection.drain_events(timeout=3600)

    assert received.bodies == ["later"]
    assert time.time() >= due


@pytest.mark.usefixtures("without_sweeps")
def test_one_with_an_earlier_time_wakes_the_waiting_consumer(
    connect: Any, connection: Connection, producer: Producer
) -> None:
    received, _ = listen(connection.channel(), films)
    send_job(producer, "hour", eta=after(3600))
    drain_all(connection)
    due = time.time() + 0.6
    send_job(connect().Producer(), "soon", eta=after(0.6))

    connection.drain_events(timeout=3600)

    assert received.bodies == ["soon"]
    assert time.time() >= due


def test_due_jobs_keep_their_priorities_among_the_others(
    connection: Connection, producer: Producer
) -> None:
    eta = after(0.3)
    for priority in (8, 2, 5):
        send_job(producer, f"later {priority}", eta=eta, priority=priority)
    send_job(producer, "now 4", priority=4)
    send_job(producer, "now 5", priority=5)
    time.sleep(0.35)
    received, _ = listen(connection.channel(), films)

    drain_until(connection, lambda: len(received) == 5)

    assert received.bodies == ["later 2", "now 4", "later 5", "now 5", "later 8"]


def test_get_finds_what_is_due(producer: Producer, channel: Any) -> None:
    send_job(producer, "later", eta=after(3600))
    assert films(channel).get() is None
    send_job(producer, "soon", eta=after(0.2))
    time.sleep(0.25)

    assert films(channel).get().decode() == "soon"


@pytest.mark.parametrize("eta", [after(-10), "not a time", ""], ids=["past", "none", "empty"])
def test_a_time_that_is_past_or_none_does_not_hold_it(
    producer: Producer, channel: Any, eta: str
) -> None:
    send_job(producer, "now", eta=eta)

    assert films(channel).get().decode() == "now"


def test_a_time_without_a_zone_is_utc(producer: Producer, rows: Any) -> None:
    send_job(producer, "later", eta="2100-01-01T00:00:00")

    assert rows("SELECT due_at FROM job_queue") == [(4102444800.0,)]


def test_a_time_of_another_zone_is_converted(producer: Producer, rows: Any) -> None:
    send_job(producer, "later", eta="2100-01-01T02:00:00+02:00")

    assert rows("SELECT due_at FROM job_queue") == [(4102444800.0,)]


def test_an_eta_header_of_no_task_means_nothing(producer: Producer, channel: Any) -> None:
    producer.publish("now", routing_key="films", headers={"eta": after(3600)})

    assert films(channel).get().decode() == "now"


def test_more_than_one_slice_may_be_due_at_once(
    connection: Connection, producer: Producer, path: Path
) -> None:
    eta = after(3600)
    with many(producer, 2000):
        for number in range(1500):
            send_job(producer, number, eta=eta)
    open_database(path).write("UPDATE job SET due_at = ?", (time.time(),))
    received, _ = listen(connection.channel(), films, no_ack=True)

    drain_until(connection, lambda: len(received) == 1500)

    assert received.bodies == list(range(1500))


@pytest.mark.usefixtures("without_sweeps")
def test_a_consumer_that_is_not_full_is_not_kept_from_what_is_due_by_another(
    connect: Any, producer: Producer
) -> None:
    full, free = connect(), connect()
    channel = full.channel()
    channel.basic_qos(0, 1, False)
    send_job(producer, "held")
    held, _ = listen(channel, films)
    drain_until(full, lambda: held)
    received, _ = listen(free.channel(), films)
    send_job(producer, "later", eta=after(0.6))
    drain_all(full, 0.1)

    free.drain_events(timeout=3600)

    assert received.bodies == ["later"]

"""Jobs that go back to the queue go back to their places."""

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, eventually, listen, take
from sending import send_job

from sqlite_transport.errors import Unavailable
from sqlite_transport.library import sqlite3

films = Queue("films")


@pytest.fixture
def five(producer: Producer) -> None:
    for number in range(5):
        send_job(producer, number, declare=[films])


@pytest.mark.usefixtures("five")
def test_a_requeued_job_goes_to_its_place(connect: Any, connection: Connection, rows: Any) -> None:
    channel = connection.channel()
    channel.basic_qos(0, 3, False)
    received, consumer = listen(channel, films)
    drain_until(connection, lambda: len(received) == 3)

    received[1].requeue()
    consumer.cancel()
    eventually(lambda: rows("SELECT status FROM job_queue WHERE id = 2") == [("pending",)])

    assert take(connect(), films, 3) == [1, 3, 4]


@pytest.mark.usefixtures("five")
def test_a_closing_channel_gives_back_in_order(connect: Any, connection: Connection) -> None:
    channel = connection.channel()
    received, _ = listen(channel, films)
    drain_until(connection, lambda: len(received) == 3)

    channel.close()

    assert take(connect(), films, 5) == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("five")
def test_a_closing_connection_gives_back_in_order(connect: Any, connection: Connection) -> None:
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: len(received) == 3)
    received[0].ack()

    connection.release()

    assert take(connect(), films, 4) == [1, 2, 3, 4]


@pytest.mark.usefixtures("five")
def test_recover_puts_all_back_in_order(connect: Any, connection: Connection) -> None:
    channel = connection.channel()
    received, consumer = listen(channel, films)
    drain_until(connection, lambda: len(received) == 5)
    consumer.cancel()

    channel.basic_recover(requeue=True)

    assert take(connect(), films, 5) == [0, 1, 2, 3, 4]


def test_recover_without_requeue_is_refused(channel: Any) -> None:
    with pytest.raises(NotImplementedError, match="requeue"):
        channel.basic_recover()


def test_a_returned_job_keeps_its_priority(connect: Any, producer: Producer, channel: Any) -> None:
    for priority in (7, 2, 5):
        send_job(producer, priority, priority=priority)
    first = films(channel).get()
    assert first.decode() == 2

    channel.close()

    assert take(connect(), films, 3) == [2, 5, 7]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("way", ["requeue", "recover", "close"])
def test_who_gets_it_next_is_told(connect: Any, channel: Any, way: str) -> None:
    message = films(channel).get()
    assert message.delivery_info["redelivered"] is False
    assert "redelivered" not in message.headers

    if way == "requeue":
        message.requeue()
        channel.close()
    elif way == "recover":
        channel.basic_recover(requeue=True)
    else:
        channel.close()
    again = films(connect().channel()).get()

    assert again.decode() == 0
    assert again.delivery_info["redelivered"] is True
    assert again.headers["redelivered"] is True


@pytest.mark.usefixtures("five")
def test_what_was_fetched_and_never_seen_is_not_called_redelivered(
    connect: Any, connection: Connection
) -> None:
    received, consumer = listen(connection.channel(), films)
    drain_until(connection, lambda: received)

    consumer.cancel()
    others, _ = listen((other := connect()).channel(), films)
    drain_until(other, lambda: len(others) == 4)

    assert others.bodies == [1, 2, 3, 4]
    assert not any(message.delivery_info["redelivered"] for message in others)


@pytest.mark.usefixtures("five")
def test_cancelling_gives_back_at_once_what_was_not_delivered(
    connect: Any, connection: Connection, rows: Any
) -> None:
    received, consumer = listen(connection.channel(), films)
    drain_until(connection, lambda: received)

    consumer.cancel()

    assert (
        rows("SELECT status FROM job_queue ORDER BY id") == [("processing",)] + [("pending",)] * 4
    )
    assert take(connect(), films, 4) == [1, 2, 3, 4]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("ending", ["cancel", "close"])
def test_nothing_is_kept_that_cannot_be_given_back_now(
    connect: Any, path: Path, rows: Any, ending: str
) -> None:
    """Another program has the file locked for longer than anybody waits."""
    connection = connect(busy_timeout=0.01)
    channel = connection.channel()
    received, _ = listen(channel, films)
    drain_until(connection, lambda: received)
    [tag] = channel.subscriptions
    foreign = sqlite3.connect(path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unavailable):
        channel.close() if ending == "close" else channel.basic_cancel(tag)
    foreign.close()

    kept = [] if ending == "close" else [("processing", 1)]
    eventually(lambda: rows("SELECT status, id FROM job_queue WHERE status <> 'pending'") == kept)
    assert take(connect(), films, 5 - len(kept)) == [0, 1, 2, 3, 4][len(kept) :]


@pytest.mark.usefixtures("five")
def test_a_waiting_consumer_is_woken_for_what_is_given_back(
    connect: Any, connection: Connection
) -> None:
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: len(received) == 5)
    others, _ = listen((other := connect()).channel(), films)
    drain_all(other, 0.05)

    received[3].requeue()
    connection.release()
    drain_until(other, lambda: len(others) == 5)

    assert sorted(others.bodies) == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("five")
def test_cancelling_a_no_ack_consumer_loses_nothing_that_it_has_not_seen(
    connect: Any, connection: Connection
) -> None:
    received, consumer = listen(connection.channel(), films, no_ack=True)
    drain_until(connection, lambda: received)

    consumer.cancel()

    assert received.bodies == [0]
    assert take(connect(), films, 4) == [1, 2, 3, 4]

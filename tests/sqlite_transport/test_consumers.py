"""Several consumers share the work, wherever they are."""

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, eventually, listen, take
from sending import send_job

from sqlite_transport.history import Outcome
from sqlite_transport.inbox import Inbox
from sqlite_transport.status import COMPLETED

films = Queue("films")


def send(producer: Producer, count: int) -> None:
    for number in range(count):
        send_job(producer, number, declare=[films])


def test_consumers_of_one_channel_take_turns(connection: Connection, producer: Producer) -> None:
    channel = connection.channel()
    first, _ = listen(channel, films)
    second, _ = listen(channel, films)
    send(producer, 10)

    drain_until(connection, lambda: len(first) + len(second) == 10)

    assert (len(first), len(second)) == (5, 5)
    assert sorted(first.bodies + second.bodies) == list(range(10))


def test_a_message_names_its_consumer(connection: Connection, producer: Producer) -> None:
    received, _ = listen(connection.channel(), films, tag_prefix="mine-")
    send(producer, 1)
    drain_until(connection, lambda: received)

    assert received[0].delivery_info["consumer_tag"].startswith("mine-")


def test_a_session_that_cannot_be_woken_is_none(
    connection: Connection, producer: Producer, path: Path, rows: Any
) -> None:
    send(producer, 1)
    bells = path.with_name("queue.db-bells")
    bells.touch()
    for _ in range(3):
        with pytest.raises(FileExistsError):
            listen(connection.channel(), films)
    bells.unlink()

    assert take(connection, films, 1) == [0]
    assert rows("SELECT count(*) FROM session") == [(1,)]


def test_a_program_with_a_file_name_that_is_no_unicode(
    connection: Connection, producer: Producer, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/scan", "/films/caf\udce9"])
    send(producer, 1)

    assert take(connection, films, 1) == [0]
    assert rows("SELECT program FROM session") == [("scan caf\\udce9",)]


def test_channels_of_one_connection_share(connection: Connection, producer: Producer) -> None:
    windows = [connection.channel() for _ in range(2)]
    for channel in windows:
        channel.basic_qos(0, 5, False)
    first, second = (listen(channel, films)[0] for channel in windows)
    send(producer, 10)

    drain_until(connection, lambda: len(first) + len(second) == 10)

    assert (len(first), len(second)) == (5, 5)


def test_connections_share(connect: Any, producer: Producer) -> None:
    consumers = [connect(), connect()]
    both = []
    for each in consumers:
        channel = each.channel()
        channel.basic_qos(0, 5, False)
        both.append(listen(channel, films)[0])
    send(producer, 10)

    for each, received in zip(consumers, both, strict=True):
        drain_until(each, lambda received=received: len(received) == 5)

    assert sorted(both[0].bodies + both[1].bodies) == list(range(10))


def test_one_consumer_of_two_goes_and_the_other_takes_all(
    connection: Connection, producer: Producer
) -> None:
    channel = connection.channel()
    first, consumer = listen(channel, films)
    second, _ = listen(channel, films)
    drain_all(connection, 0.05)

    consumer.cancel()
    send(producer, 6)
    drain_until(connection, lambda: len(second) == 6)

    assert first == []


def test_a_window_is_each_channels_own(connection: Connection, producer: Producer) -> None:
    narrow, wide = connection.channel(), connection.channel()
    narrow.basic_qos(0, 1, False)
    few, _ = listen(narrow, films)
    drain_all(connection, 0.05)
    many, _ = listen(wide, films)
    send(producer, 10)

    drain_until(connection, lambda: len(few) + len(many) == 10)

    assert len(few) <= 1
    assert len(many) >= 9


def test_a_queue_read_with_and_without_acks_loses_and_keeps_nothing(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    channel = connection.channel()
    careful, first = listen(channel, films)
    careless, second = listen(channel, films, no_ack=True)
    send(producer, 10)
    drain_until(connection, lambda: len(careful) + len(careless) == 10)
    for message in careful:
        message.ack()
    first.cancel()
    second.cancel()
    channel.close()

    assert sorted(careful.bodies + careless.bodies) == list(range(10))
    assert rows("SELECT count(*) FROM job_queue") == [(0,)]
    assert rows("SELECT status, count(*) FROM job_history GROUP BY 1") == [("completed", 10)]


def test_what_was_delivered_for_acking_is_in_the_queue_until_it_is_acked(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    channel = connection.channel()
    listen(channel, films, no_ack=True)
    careful, _ = listen(channel, films)
    send(producer, 2)

    drain_until(connection, lambda: careful)
    eventually(lambda: rows("SELECT count(*) FROM job_history") == [(1,)])

    assert rows("SELECT count(*) FROM job_queue WHERE status = 'processing'") == [(1,)]


def test_a_consumer_may_cancel_itself_in_its_callback(
    connection: Connection, producer: Producer, connect: Any
) -> None:
    received, consumer = listen(connection.channel(), films)
    consumer.on_message = lambda message: (received.append(message), consumer.cancel())
    send(producer, 5)

    drain_until(connection, lambda: received)
    drain_all(connection, 0.05)
    others, _ = listen((other := connect()).channel(), films)
    drain_until(other, lambda: len(others) == 4)

    assert (received.bodies, others.bodies) == ([0], [1, 2, 3, 4])


def test_a_callback_that_fails_keeps_its_message_unacked(
    connection: Connection, producer: Producer, connect: Any
) -> None:
    _, consumer = listen(connection.channel(), films)

    def fail(message: Any) -> None:
        raise ZeroDivisionError

    consumer.on_message = fail
    send(producer, 1)
    with pytest.raises(ZeroDivisionError):
        drain_until(connection, lambda: False)
    assert films(connect().channel()).get() is None

    connection.release()

    assert films(connect().channel()).get().decode() == 0


def test_a_late_timeout_delivers_what_is_there(connection: Connection, producer: Producer) -> None:
    received, _ = listen(connection.channel(), films)
    send(producer, 1)

    connection.drain_events(timeout=0)

    assert received.bodies == [0]


def test_a_ring_in_time_is_heard_however_late(
    connection: Connection, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    received, _ = listen(connection.channel(), films)
    drain_all(connection, 0.05)
    sweep = Inbox.sweep

    def take_long(inbox: Inbox) -> None:
        sweep(inbox)
        send(connect().Producer(), 1)

    monkeypatch.setattr("sqlite_transport.transport.SWEEP", 0.0)
    monkeypatch.setattr(Inbox, "sweep", take_long)

    connection.drain_events(timeout=0)

    assert received.bodies == [0]


def test_a_connection_without_consumers_only_waits(connection: Connection) -> None:
    connection.connect()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.2)

    assert time.monotonic() - start >= 0.2


def test_the_end_of_a_job_that_was_given_up_with_its_connection(
    connect: Any, producer: Producer, rows: Any
) -> None:
    """A worker's connection is made anew while an early acknowledged task runs on."""
    send_job(producer, "x")
    connection = connect()
    message = films(connection.channel()).get()
    channel, delivery = message.channel, message.delivery
    delivery.early = True
    message.ack()
    connection.release()
    assert rows("SELECT status FROM job_history") == [("failed",)]

    channel.conclude(delivery, Outcome(COMPLETED, worker="w"))

    assert rows("SELECT status, error, worker FROM job_history") == [("completed", None, "w")]

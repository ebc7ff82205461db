"""Queues that end by themselves: auto-delete, exclusive, and with an expiry."""

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from kombu.exceptions import ChannelError
from receiving import drain_all, eventually, listen
from sending import HISTORY, send_job

from sqlite_transport.database import open_database


def exists(rows: Any, name: str = "films") -> bool:
    return bool(rows("SELECT 1 FROM queue WHERE name = ?", name))


def keep_house(connection: Connection, done: Any) -> None:
    eventually(lambda: drain_all(connection, 0.05) or done())


def test_auto_delete_waits_for_the_last_consumer(
    connection: Connection, connect: Any, rows: Any
) -> None:
    queue = Queue("films", auto_delete=True)
    _, first = listen(connection.channel(), queue)
    _, second = listen((other := connect()).channel(), queue)

    first.cancel()
    assert exists(rows)
    second.cancel()
    assert not exists(rows)
    other.release()


@pytest.mark.parametrize("what", ["channel", "connection"])
def test_auto_delete_when_the_consumer_closes(connection: Connection, rows: Any, what: str) -> None:
    channel = connection.channel()
    listen(channel, Queue("films", auto_delete=True))

    channel.close() if what == "channel" else connection.release()

    assert not exists(rows)


def test_auto_delete_needs_a_consumer_first(channel: Any, rows: Any) -> None:
    Queue("films", auto_delete=True)(channel).declare()
    channel.close()

    assert exists(rows)


def test_auto_delete_cancels_what_waits(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    _, consumer = listen(connection.channel(), Queue("films", auto_delete=True))
    send_job(producer, "x")

    consumer.cancel()

    assert rows(HISTORY) == [("cancelled", "the queue was deleted")]


def test_an_exclusive_queue_is_for_its_connection_alone(
    connection: Connection, connect: Any
) -> None:
    queue = Queue("films", exclusive=True)
    queue(connection.channel()).declare()
    queue(connection.channel()).declare()  # another channel of it
    other = connect().channel()

    for use in (other.queue_declare, other.basic_get, other.basic_consume):
        with pytest.raises(ChannelError, match="RESOURCE_LOCKED") as raised:
            use("films")
        assert int(raised.value.reply_code) == 405


def test_anybody_may_publish_to_an_exclusive_queue(connection: Connection, connect: Any) -> None:
    queue = Queue("films", exclusive=True)(connection.channel())
    queue.declare()

    connect().Producer().publish("x", routing_key="films")

    assert queue.get().decode() == "x"


def test_an_exclusive_queue_goes_with_its_connection(
    connection: Connection, connect: Any, rows: Any
) -> None:
    Queue("films", exclusive=True)(connection.channel()).declare()
    assert exists(rows)

    connection.release()

    assert not exists(rows)
    connect().channel().queue_declare("films")


def test_the_exclusive_queue_of_a_killed_process_is_free_at_once(
    connect: Any, path: Any, run: Any
) -> None:
    program = run(
        """
        import sys, time, sqlite_transport
        from kombu import Connection, Queue
        channel = Connection(sys.argv[1]).channel()
        Queue("films", exclusive=True)(channel).declare()
        print("declared", flush=True)
        time.sleep(600)
        """,
        f"sqlite:///{path}",
    )
    assert program.read() == "declared"
    with pytest.raises(ChannelError):
        connect().channel().queue_declare("films")

    program.kill()

    connect().channel().queue_declare("films")


def test_an_unused_queue_expires(connection: Connection, producer: Producer, rows: Any) -> None:
    send_job(producer, "x", declare=[Queue("films", expires=0.3)])
    listen(connection.channel(), Queue("series"))

    keep_house(connection, lambda: not exists(rows))

    assert rows(HISTORY) == [("cancelled", "the queue was deleted")]


def test_a_consumed_queue_does_not_expire(connection: Connection, rows: Any) -> None:
    _, consumer = listen(connection.channel(), Queue("films", expires=0.3))
    listen(connection.channel(), Queue("series"))
    drain_all(connection, 1.2)
    assert exists(rows)

    consumer.cancel()

    keep_house(connection, lambda: not exists(rows))


@pytest.mark.parametrize("use", ["declare", "get"])
def test_a_queue_in_use_does_not_expire(
    connection: Connection, channel: Any, rows: Any, path: Path, use: str
) -> None:
    queue = Queue("films", expires=3600)(channel)
    queue.declare()
    listen(connection.channel(), Queue("series"))

    for _ in range(3):
        open_database(path).write("UPDATE queue SET used_at = used_at - 3600", ())
        getattr(queue, use)()
        connection.transport.inbox.sweep()
        assert exists(rows)

    open_database(path).write("UPDATE queue SET used_at = used_at - 3600", ())
    keep_house(connection, lambda: not exists(rows))


def test_publishing_is_no_use(connection: Connection, producer: Producer, rows: Any) -> None:
    Queue("films", expires=0.4)(connection.channel()).declare()
    listen(connection.channel(), Queue("series"))

    def is_gone() -> bool:
        producer.publish("x", routing_key="films", delivery_mode=1)
        return not exists(rows)

    keep_house(connection, is_gone)

"""A batch is stored as a whole or not at all."""

from typing import Any

import pytest
from kombu import Exchange, Producer, Queue
from receiving import eventually

from sqlite_transport.errors import Unavailable
from sqlite_transport.library import sqlite3

pytestmark = pytest.mark.skipif(
    not hasattr(Producer, "batch"), reason="batches came with kombu 5.7"
)

films = Queue("films")
#: Fails in the middle of a batch, as a full disk may.
REFUSE = """
    CREATE TRIGGER refuse BEFORE INSERT ON job WHEN CAST(NEW.payload AS TEXT) = 'bad'
    BEGIN SELECT RAISE(ABORT, 'refused'); END
"""


@pytest.fixture
def refusing(producer: Producer, rows: Any) -> None:
    films(producer.channel).declare()
    rows(REFUSE)


def publish(producer: Producer, bodies: list[str]) -> None:
    with producer.batch():
        for body in bodies:
            producer.publish(body, routing_key="films")


@pytest.mark.usefixtures("refusing")
def test_an_error_in_the_middle_stores_nothing(producer: Producer, rows: Any) -> None:
    with pytest.raises((Unavailable, sqlite3.Error), match="refused"):
        publish(producer, ["one", "two", "bad", "four"])

    assert rows("SELECT count(*) FROM job_queue") == [(0,)]


@pytest.mark.usefixtures("refusing")
def test_after_an_error_the_next_batch_is_stored(producer: Producer, rows: Any) -> None:
    with pytest.raises((Unavailable, sqlite3.Error)):
        publish(producer, ["one", "bad"])

    publish(producer, ["three", "four"])

    assert rows("SELECT id, CAST(payload AS TEXT) FROM job_queue") == [(1, "three"), (2, "four")]


@pytest.mark.usefixtures("refusing")
def test_a_message_to_two_queues_is_stored_in_both_or_in_none(
    producer: Producer, rows: Any
) -> None:
    for name in ("films", "series"):
        Queue(name, Exchange("news", "fanout"))(producer.channel).declare()
    rows(REFUSE.replace("refuse", "refuse_series").replace("'bad'", "'x' AND queue = 'series'"))

    with pytest.raises((Unavailable, sqlite3.Error)):
        producer.publish("x", exchange="news")

    assert rows("SELECT count(*) FROM job_queue") == [(0,)]


def test_a_killed_process_leaves_all_of_a_batch_or_nothing(
    run: Any, path: Any, rows: Any, connect: Any
) -> None:
    program = run(
        """
        import sys, sqlite_transport
        from kombu import Connection
        with Connection(sys.argv[1]) as connection:
            producer = connection.Producer()
            for number in range(10000):
                with producer.batch():
                    for _ in range(50):
                        producer.publish(number, routing_key="films")
                if number == 3:
                    print("going", flush=True)
        """,
        f"sqlite:///{path}",
    )
    assert program.read() == "going"
    program.kill()
    connect().connect()

    batches = rows("SELECT CAST(payload AS TEXT), count(*) FROM job_queue GROUP BY 1")

    assert len(batches) >= 4
    assert {count for _, count in batches} == {50}


def test_a_batch_rings_each_consumer(producer: Producer, connect: Any, run: Any) -> None:
    received: list[Any] = []
    other = connect()
    consumer = other.Consumer([films], on_message=received.append, no_ack=True)
    consumer.consume()
    publish(producer, ["one", "two"])

    eventually(lambda: other.drain_events(timeout=240) or len(received) == 2)

    assert [message.payload for message in received] == ["one", "two"]

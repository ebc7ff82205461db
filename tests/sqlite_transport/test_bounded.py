"""The file stays bounded: space is used again, the WAL is kept short, a drained queue shrinks."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import kombu
import pytest
from receiving import PATIENCE
from sending import many

from sqlite_transport.database import (
    CHECKPOINT_FRAMES,
    LOG_LIMIT,
    close_databases,
    open_database,
)
from sqlite_transport.library import sqlite3
from sqlite_transport.vacuum import FREE_PAGES

PAGE = 4096
#: A frame of the WAL is a page and a header of 24 bytes; one more transaction may follow.
CHECKPOINTED = (CHECKPOINT_FRAMES + 300) * (PAGE + 24)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path.resolve() / "queue.db"
    close_databases()


def connect(database: Path) -> kombu.Connection:
    return kombu.Connection(f"sqlite:///{database}?durability=normal")


def publish(connection: kombu.Connection, count: int, size: int, **properties: Any) -> None:
    producer = connection.Producer()
    with many(producer):
        for _ in range(count):
            producer.publish(b"x" * size, routing_key="jobs", **properties)


def log_size(database: Path) -> int:
    return database.with_name("queue.db-wal").stat().st_size


def sweep_until(connection: kombu.Connection, condition: Any, patience: float = PATIENCE) -> None:
    """Let the connection wait for messages, as an idle worker does, until it is so."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.1)


def test_space_is_used_again_over_many_rounds(database: Path) -> None:
    """Transient messages leave no history, so nothing may grow at all."""
    sizes = []
    queue = kombu.Queue("jobs")
    with connect(database) as connection:
        queue(connection.channel()).declare()
        consumer = connection.Consumer(
            [queue], on_message=lambda message: message.ack(), prefetch_count=50
        )
        consumer.consume()
        read = open_database(database).read
        for _ in range(20):
            publish(connection, 200, 2000, delivery_mode=1)
            sweep_until(connection, lambda: not read("SELECT 1 FROM job_queue LIMIT 1"))
            sizes.append(read("PRAGMA page_count")[0][0])
    assert max(sizes[3:]) <= sizes[2] * 1.1, "it has its size after the first rounds"
    assert database.stat().st_size <= max(sizes) * PAGE


def test_the_wal_is_checkpointed_while_it_is_written(database: Path) -> None:
    longest = 0
    with connect(database) as connection:
        for _ in range(60):
            publish(connection, 50, 2000)
            longest = max(longest, log_size(database))
    assert longest > CHECKPOINT_FRAMES * PAGE // 2, "enough was written to tell"
    assert longest <= CHECKPOINTED
    assert database.stat().st_size > 3000 * 2000, "the WAL went into the file"


def test_a_wal_that_a_long_reader_made_grow_is_cut_when_it_ends(database: Path) -> None:
    with connect(database) as connection:
        publish(connection, 1, 10)
        with closing(sqlite3.connect(str(database), isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM job_queue").fetchone() == (1,)
            while log_size(database) <= 2 * LOG_LIMIT:
                publish(connection, 500, 4000)
            reader.execute("COMMIT")
        assert log_size(database) > 2 * LOG_LIMIT
        for _ in range(10):
            publish(connection, 50, 4000)
        assert log_size(database) <= LOG_LIMIT + CHECKPOINTED


def test_the_wal_goes_with_the_last_that_has_the_file_open(database: Path) -> None:
    with connect(database) as connection:
        publish(connection, 10, 1000)
    close_databases()
    assert sorted(path.name for path in database.parent.iterdir()) == ["queue.db", "queue.db-turn"]


def test_a_drained_queue_gives_its_space_back(database: Path) -> None:
    """The free pages go slice by slice, while an idle consumer sweeps."""
    pages = FREE_PAGES * 3
    with connect(database) as connection:
        connection.Consumer([kombu.Queue("jobs")], on_message=print).consume()
        read = open_database(database).read
        channel = connection.channel()
        kombu.Queue("waiting")(channel).declare()
        producer = connection.Producer()
        with many(producer, 500):
            for _ in range(pages // 2):
                producer.publish(b"x" * 2 * PAGE, routing_key="waiting", delivery_mode=1)
        full = read("PRAGMA page_count")[0][0]
        assert full >= pages
        channel.queue_purge("waiting")
        assert read("PRAGMA freelist_count")[0][0] > pages * 0.9
        sweep_until(connection, lambda: read("PRAGMA page_count")[0][0] < full / 2)
        sweep_until(connection, lambda: read("PRAGMA freelist_count")[0][0] < FREE_PAGES)
        before = log_size(database)
        for _ in range(30):
            publish(connection, 50, 2000)
        assert before + database.stat().st_size < full * PAGE
        assert read("PRAGMA integrity_check") == [("ok",)]


def test_a_queue_that_is_still_in_use_keeps_some_free_pages(database: Path) -> None:
    """A queue that fills and drains again shall not grow and shrink the file each time."""
    with connect(database) as connection:
        connection.Consumer([kombu.Queue("jobs")], on_message=print).consume()
        channel = connection.channel()
        kombu.Queue("waiting")(channel).declare()
        producer = connection.Producer()
        with many(producer):
            for _ in range(200):
                producer.publish(b"x" * 2 * PAGE, routing_key="waiting", delivery_mode=1)
        read = open_database(database).read
        full = read("PRAGMA page_count")[0][0]
        channel.queue_purge("waiting")
        for _ in range(15):
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.1)
        assert read("PRAGMA page_count")[0][0] == full

"""What has expired goes, by and by, and the file with it."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from celery import Celery
from kombu import Connection, Queue

from sqlite_transport import chords, purging, slices, vacuum
from sqlite_transport.chords import Part
from sqlite_transport.database import Database, open_database
from sqlite_transport.purging import purge, purge_now_and_then
from sqlite_transport.results import Row, store, store_group


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = open_database(path)
    yield database
    purging._due.clear()


@pytest.fixture(autouse=True)
def enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a round do all there is, and the next one not be due before the test is over."""
    monkeypatch.setattr(purging, "ROUND", 3600.0)
    monkeypatch.setattr(purging, "EVERY", 3600.0)


def fill(database: Database, count: int, expires_at: float | None, size: int = 100) -> None:
    with database.writing:
        for number in range(count):
            store(database, Row(f"{expires_at}-{number}", "SUCCESS", "x" * size, 0.0, expires_at))


def left(database: Database, table: str = "result") -> int:
    count: int = database.read(f"SELECT count(*) FROM {table}")[0][0]
    return count


def test_what_is_expired_goes_and_the_rest_stays(database: Database) -> None:
    now = time.time()
    for expires_at in (now - 1, now + 100, None):
        fill(database, 2500, expires_at)
        store_group(database, f"group-{expires_at}", "x", 0.0, expires_at)

    assert purge(database)

    assert left(database) == 5000
    assert left(database, "group_result") == 2


def test_a_slow_disk_makes_the_slices_small(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 200, 1.0)
    monkeypatch.setattr(slices, "TURN", 0.0)

    assert purge(database)

    assert left(database) == 0


def test_a_chord_goes_with_its_parts(database: Database) -> None:
    now = time.time()
    with database.writing as connection:
        for group, expires_at in (("old", now - 1), ("young", now + 100)):
            chords.set_size(connection, group, 2000, now - 200, expires_at)
            for position in range(1200):
                chords.add_part(connection, Part(group, position, "t", "x"), now - 200, expires_at)

    assert purge(database)

    assert database.read("SELECT group_id, returned FROM chord") == [("young", 1200)]
    assert left(database, "chord_part") == 1200


def test_many_chords_go(database: Database) -> None:
    with database.writing as connection:
        for number in range(100):
            chords.set_size(connection, f"chord-{number}", 1, 0.0, 1.0)

    assert purge(database)

    assert left(database, "chord") == 0


def test_a_round_ends_in_time(database: Database) -> None:
    fill(database, 100, 1.0)
    with database.writing as connection:
        chords.set_size(connection, "chord", 1, 0.0, 1.0)

    assert not purge(database, 0)
    assert left(database) == 100
    assert not purging._purge_chords(database, time.monotonic())


def test_it_is_done_now_and_then(database: Database) -> None:
    fill(database, 10, 1.0)
    purge_now_and_then(database)
    assert left(database) == 0

    fill(database, 10, 1.0)
    purge_now_and_then(database)
    assert left(database) == 10, "it looked just now"

    purging._due.clear()
    purge_now_and_then(database)
    assert left(database) == 0


def test_more_than_a_round_can_do_goes_in_several(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 10, 1.0)
    monkeypatch.setattr(purging, "ROUND", 0.0)
    purge_now_and_then(database)

    assert left(database) == 10
    assert purging._due[database.path] < time.monotonic() + 2 * purging.LITTLE


def test_nothing_is_due(database: Database) -> None:
    fill(database, 10, time.time() + 100)
    purge_now_and_then(database)

    assert left(database) == 10


def test_pages_are_given_back(database: Database, path: Path) -> None:
    fill(database, 3000, 1.0, size=10_000)
    database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.stat().st_size

    for _ in range(3):
        purge(database)
    database.read("PRAGMA wal_checkpoint(TRUNCATE)")

    assert path.stat().st_size < before / 2


def test_pages_go_a_few_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, 3000, 1.0, size=10_000)
    monkeypatch.setattr(vacuum, "SLICES", 1)
    purge(database)

    [[free]] = database.read("PRAGMA freelist_count")
    assert free > vacuum.FREE_PAGES, "the rest is for the next round"


def test_whoever_stores_purges(path: Path, database: Database) -> None:
    app = Celery("test", broker="memory://", backend=f"sqlite:///{path}", set_as_current=False)
    fill(database, 10, 1.0)
    app.backend.mark_as_done("new", 1)
    assert left(database) == 1

    fill(database, 10, 1.0)
    app.backend.cleanup()
    assert left(database) == 1


@pytest.mark.long
@pytest.mark.timeout(600)
def test_memory_is_flat_and_the_file_bounded(
    path: Path, database: Database, request: pytest.FixtureRequest
) -> None:
    rounds = 50 if request.config.getoption("--long") else 6
    app = Celery("test", broker="memory://", backend=f"sqlite:///{path}", set_as_current=False)
    process, sizes, memory = psutil.Process(os.getpid()), [], []
    value: Any = {"text": "x" * 300}
    for turn in range(rounds):
        for number in range(1000):
            app.backend.mark_as_done(task := f"{turn}-{number}", value)
            assert app.AsyncResult(task).get(timeout=240) == value
        database.write("UPDATE result SET expires_at = 1", ())
        purge(database)
        sizes.append(path.stat().st_size)
        memory.append(process.memory_info().rss)

    assert max(sizes) < 16 * 1024 * 1024
    assert memory[-1] - memory[1] < 16 * 1024 * 1024
    assert left(database) == 0


def test_who_consumes_from_the_file_purges_it_too(database: Database) -> None:
    """An idle worker stores no results, and the old ones go all the same."""
    fill(database, 300, 1.0)
    with Connection(f"sqlite:///{database.path}") as connection:
        connection.Consumer([Queue("jobs")], on_message=print).consume()
        deadline = time.monotonic() + 60
        while left(database) and time.monotonic() < deadline:
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.1)
    assert left(database) == 0

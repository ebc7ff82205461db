"""The numbers are exact, the first time and after every change."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import create_engine

from sqlite_transport.jobs import JobError, Jobs, QueueStats, TypeStats, open_jobs
from sqlite_transport.lists import counting, pending
from sqlite_transport.search import indexing
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.tables import read_state, want

Put = Callable[..., int]


def test_nothing_is_there(jobs: Jobs) -> None:
    stats = jobs.stats()
    assert (stats.total_active, stats.oldest_pending_age, stats.completed) == (0, None, 0)
    assert (stats.queues, stats.types, stats.completed_per_minute) == ({}, {}, 0.0)


def test_by_status_queue_and_type(jobs: Jobs, put: Put) -> None:
    put()
    put(type="copy", queue="low")
    put("processing")
    put("blocked", queue="low")
    put("scheduled")
    put("scheduled", type="copy")
    put("completed")
    put(type="", queue="events", transient=1)
    put("scheduled", type="")
    stats = jobs.stats()
    assert (stats.pending, stats.processing, stats.blocked, stats.scheduled) == (2, 1, 1, 2)
    assert stats.total_active == 6
    assert stats.queues == {
        "celery": QueueStats(pending=1, processing=1, scheduled=2),
        "low": QueueStats(pending=1, blocked=1),
    }
    assert stats.types == {
        "copy": TypeStats(pending=1, scheduled=1),
        "scan": TypeStats(pending=1, processing=1, blocked=1, scheduled=1),
    }
    assert stats.as_json()["queues"]["celery"]["total_active"] == 4
    json.dumps(stats.as_json())


def test_an_empty_queue_of_a_worker_is_told(jobs: Jobs, app: Celery) -> None:
    with app.connection_for_write() as connection:
        app.amqp.queues["celery"].bind(connection.default_channel).declare()
    assert jobs.stats().queues == {"celery": QueueStats()}


def counted(jobs: Jobs) -> dict[tuple[str, str, str], int]:
    rows = jobs.broker.database.read(
        "SELECT status, queue, type, count(*) FROM job"
        " WHERE type != '' AND completed_at IS NULL GROUP BY status, queue, type"
    )
    return {(status, queue, type_): count for status, queue, type_, count in rows}


CHANGES: tuple[tuple[str, str], ...] = (
    ("pending", "status = 'processing', session = 1"),
    ("processing", "status = 'completed', session = NULL, completed_at = 1"),
    # A retry, into another queue, at once or later.
    ("processing", "status = 'scheduled', session = NULL, queue = 'art', due_at = ?1 + 5000"),
    ("processing", "status = 'pending', session = NULL, queue = 'art'"),
    ("scheduled", "status = 'pending'"),
    ("pending", "status = 'blocked', blocked_by = 'type:scan'"),
    ("blocked", "status = 'pending'"),
)


@pytest.mark.parametrize("with_index", [False, True])
def test_the_numbers_stay_exact(
    jobs: Jobs, put: Put, app: Celery, monkeypatch: pytest.MonkeyPatch, with_index: bool
) -> None:
    """Counted by one who remembers, and by one who begins anew; with blocks or without."""
    monkeypatch.setattr(pending, "FEW", 5)
    monkeypatch.setattr(indexing, "BLOCK", 8)
    chance = random.Random(7)
    statuses = ("pending", "processing", "scheduled", "blocked", "completed")
    for step in range(40):
        for _ in range(10):
            type_ = chance.choice(("scan", "copy", ""))
            put(chance.choice(statuses), type=type_, queue=chance.choice(("celery", "low")))
        with jobs.broker.database.writing as connection:
            for _ in range(5):
                status, change = chance.choice(CHANGES)
                connection.execute(
                    f"UPDATE job SET {change} WHERE id = (SELECT id FROM job"
                    " WHERE status = ?2 AND ?1 ORDER BY random() LIMIT 1)",
                    (step + 1, status),
                )
        if with_index and step % 3 == 0:
            want(jobs.broker.database)
            Indexing(jobs.broker.database).catch_up(60)
        expected = counted(jobs)
        for each in (jobs, open_jobs(app)):
            stats = each.stats()
            found: Counter[tuple[str, str]] = Counter()
            for status in ("pending", "processing", "scheduled", "blocked"):
                there = {key: n for key, n in expected.items() if key[0] == status}
                assert getattr(stats, status) == sum(there.values())
                for (_, queue, type_), n in there.items():
                    found["queue", queue] += n
                    found["type", type_] += n
            assert {name: each.total_active for name, each in stats.queues.items()} == {
                name: n for (kind, name), n in found.items() if kind == "queue"
            }
            assert {name: each.total_active for name, each in stats.types.items()} == {
                name: n for (kind, name), n in found.items() if kind == "type"
            }


def test_what_was_undone_is_not_remembered(jobs: Jobs, put: Put) -> None:
    put(type="scan")
    jobs.stats()
    database = jobs.broker.database
    with suppress(RuntimeError), database.writing as connection:
        connection.execute("UPDATE job SET type = 'copy'")
        connection.execute("UPDATE job SET id = 7")
        assert list(jobs.stats().types) == ["copy"]
        raise RuntimeError
    put(type="scan", id=7)
    assert list(jobs.stats().types) == ["scan"]


def test_a_long_queue_gets_an_index(jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "FEW", 2)
    monkeypatch.setattr(pending, "MANY", 20)
    for _ in range(20):
        put()
    jobs.stats()
    assert read_state(jobs.broker.database) is None
    for _ in range(21):
        put()
    assert jobs.stats().pending == 41
    assert read_state(jobs.broker.database) is not None


@pytest.mark.parametrize(
    ("waiting", "age"),
    [
        ([(100, None), (50, None)], 100),
        ([(100, 10), (50, None), (20, None)], 50),
        ([(100, 80), (50, None)], 80),
        ([(100, 10), (90, 20)], 20),
        ([(100, 10)] * 70 + [(60, None)], 60),
    ],
)
def test_the_age_is_since_when_it_was_ready(
    jobs: Jobs, put: Put, waiting: list[tuple[float, float | None]], age: float
) -> None:
    """A job that was due at a time has not waited before it."""
    now = time.time()
    for _ in range(70):
        put(type="", created_at=now - 1000)
    for created, due in waiting:
        put(created_at=now - created, due_at=None if due is None else now - due)
    put("scheduled", created_at=now - 5000)
    found = jobs.stats().oldest_pending_age
    assert found is not None
    assert age <= found < age + 30


def end(put: Put, status: str, age: float, count: int) -> None:
    for _ in range(count):
        put(status, completed_at=time.time() - age)


def test_what_has_ended_lately(jobs: Jobs, put: Put) -> None:
    end(put, "completed", 30, 6)
    end(put, "completed", 1000, 3)
    end(put, "failed", 30, 2)
    end(put, "cancelled", 30, 1)
    lately = jobs.stats(window=600)
    assert (lately.completed, lately.failed, lately.cancelled) == (6, 2, 1)
    assert (lately.completed_per_minute, lately.failed_per_minute) == pytest.approx((0.6, 0.2))
    assert jobs.stats().completed == 9
    assert jobs.stats().window == 3600.0


def test_of_very_many_the_latest_are_counted(
    jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        counting, "ENDED_SINCE", counting.ENDED_SINCE.replace(str(counting.MOST_ENDED), "10")
    )
    monkeypatch.setattr(counting, "MOST_ENDED", 10)
    end(put, "completed", 600, 10)
    end(put, "completed", 3000, 10)
    stats = jobs.stats()
    assert stats.completed == 10
    assert stats.completed_per_minute == pytest.approx(1, rel=0.2), "in the time they took"


@pytest.mark.parametrize("window", [0, -1, None, "1h", True, float("inf"), float("nan"), 10**400])
def test_a_window_that_is_no_time(jobs: Jobs, window: Any) -> None:
    with pytest.raises(JobError, match="seconds above 0"):
        jobs.stats(window=window)


def test_what_has_gone_is_forgotten(jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "FEW", 0)
    for _ in range(30):
        put()
    assert jobs.stats().pending == 30
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job WHERE id > 3")
    assert jobs.stats().pending == 3
    assert len(jobs._counting._pending._types) == 3


def test_a_restored_file_is_counted_anew(jobs: Jobs, put: Put) -> None:
    job = put(type="scan")
    assert list(jobs.stats().types) == ["scan"]
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job")
        connection.execute("UPDATE state SET identity = 'another'")
    put(type="copy", id=job)
    assert list(jobs.stats().types) == ["copy"]


def test_a_thread_in_a_transaction_of_its_own_waits_for_no_other(
    jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "MANY", 0)
    put()
    engine = create_engine(f"sqlite+transport:///{jobs.broker.database.path}")
    with engine.connect() as connection, connection.begin():
        other = threading.Thread(target=jobs.stats, daemon=True)
        other.start()
        time.sleep(0.2)  # it wants an index, which it cannot make now
        assert jobs.stats().pending == 1
    other.join(60)
    assert read_state(jobs.broker.database) is not None

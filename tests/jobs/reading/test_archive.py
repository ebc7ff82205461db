"""With a history elsewhere, what has arrived there and what has not are one list."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from sqlite_transport.history_store.store import Store
from sqlite_transport.jobs import Jobs, NoSuchJob, Page, archive, open_jobs
from sqlite_transport.outbox import Outbox

Put = Callable[..., int]
NOW = 1_700_000_000.0
KEPT = ("completed", "failed", "cancelled")


@pytest.fixture
def app(app: Celery, tmp_path: Path) -> Celery:
    app.conf.broker_transport_options = {"history_url": f"sqlite:///{tmp_path}/history.db"}
    return app


@pytest.fixture
def ship(jobs: Jobs) -> Iterator[Callable[[], int]]:
    """Take some of what has ended to the store, and tell how many."""
    store, outbox = Store(jobs.options.history_url), Outbox(jobs.broker.database)

    def ship(remove: bool = True) -> int:
        batch = outbox.take()
        if batch is None:
            return 0
        store.record(batch.entries, batch.attempts, KEPT)
        if remove:
            outbox.remove(batch)
        return len(batch.jobs)

    yield ship
    store.close()


def all_of(ask: Callable[..., Page], **asked: Any) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        page = ask(after=after, **asked)
        found += [job.id for job in page.items]
        after = page.next
        if after is None:
            return found


def test_a_job_is_the_same_here_and_there(jobs: Jobs, put: Put, ship: Any) -> None:
    number = put(
        "failed",
        args=["/films/Amélie"],
        kwargs={"force": True},
        error="ValueError: x",
        traceback="Traceback",
        worker="w@here",
        deliveries=2,
    )
    with jobs.broker.database.writing as connection:
        connection.execute(
            "INSERT INTO job_attempt (job_id, status, error, worker, started_at, completed_at,"
            " retry_count) VALUES (?, 'retried', 'Hiccup', 'w', 1, 2, 0)",
            (number,),
        )
    here = jobs.get(number)
    assert ship() == 1
    assert jobs.broker.database.read("SELECT * FROM job") == []
    assert jobs.get(number) == jobs.get(str(number)) == jobs.get("task-1") == here
    assert [attempt.error for attempt in here.attempts] == ["Hiccup"]
    assert jobs.history().items[0].as_json() == {**here.as_json(), "attempts": ()}
    with pytest.raises(NoSuchJob):
        jobs.get(999)
    with pytest.raises(NoSuchJob):
        jobs.get("none")


def test_what_is_on_its_way_is_shown_once(jobs: Jobs, put: Put, ship: Any) -> None:
    for number in range(1, 31):
        put(KEPT[number % 3], completed_at=NOW + number // 4, args=[f"film {number}"])
    everything = list(range(30, 0, -1))
    assert all_of(jobs.history, limit=7) == everything
    assert ship(remove=False) == 30
    assert all_of(jobs.history, limit=7) == everything, "in both"
    for number in (3, 8, 13, 30):
        with jobs.broker.database.writing as connection:
            connection.execute("DELETE FROM job WHERE id = ?", (number,))
    assert all_of(jobs.history, limit=4) == everything, "some there alone"
    ship()
    put("completed", completed_at=NOW + 3)
    assert all_of(jobs.history, limit=4) == [*range(30, 15, -1), 31, *range(15, 0, -1)]


def test_a_job_that_moves_between_two_pages(jobs: Jobs, put: Put, ship: Any) -> None:
    for number in range(1, 21):
        put("completed", completed_at=NOW + number // 3)
    first = jobs.history(limit=8)
    ship()
    second = jobs.history(limit=8, after=first.next)
    put("completed", completed_at=NOW + 1000)
    third = jobs.history(limit=8, after=second.next)
    shown = [job.id for page in (first, second, third) for job in page.items]
    assert shown == list(range(20, 0, -1))


@pytest.mark.parametrize("size", [1, 512])
def test_filters(
    jobs: Jobs, put: Put, ship: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(archive, "FIRST", size)
    monkeypatch.setattr(archive, "LARGEST", size)
    put("completed", args=["/films/Sintel (2010)"])
    put("failed", args=[{"title": "Amélie"}], queue="low")
    put("completed", type="copy", args=["Sintel"])
    put("cancelled", type="")
    put("failed", payload=b"\xff", content_type="application/x-python-serialize")
    ship()
    put("completed", args=["Sintel again"])
    assert all_of(jobs.history) == [6, 5, 3, 2, 1]
    assert all_of(jobs.history, text="sintel") == [6, 3, 1]
    assert all_of(jobs.history, text="intel") == []
    assert all_of(jobs.history, text="AMÉLIE") == [2]
    assert all_of(jobs.history, type="copy") == [3]
    assert all_of(jobs.history, type="") == [4]
    assert all_of(jobs.history, queue="low", status="failed") == [2]
    assert all_of(jobs.history, since=NOW + 2, until=NOW + 5) == [3, 2]
    assert all_of(jobs.history, limit=1, text="sintel") == [6, 3, 1]


def test_a_page_whose_time_is_over_says_where_to_go_on(
    jobs: Jobs, put: Put, ship: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "BUDGET", 0.0)
    monkeypatch.setattr(archive, "FIRST", 3)
    for number in range(30):
        put("completed", args=["opera" if number == 4 else "film"])
    ship()
    assert jobs.history(text="opera").items == ()
    assert all_of(jobs.history, text="opera") == [5]


def test_the_numbers_count_both(jobs: Jobs, put: Put, ship: Any) -> None:
    for _ in range(4):
        put("completed", completed_at=time.time() - 30)
    ship()
    put("completed", completed_at=time.time() - 30)
    put("failed", completed_at=time.time() - 30)
    stats = jobs.stats(window=600)
    assert (stats.completed, stats.failed) == (5, 1)
    assert stats.completed_per_minute == pytest.approx(0.5)


def test_a_database_that_cannot_be_used_is_named(app: Celery, tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"this is no database, by no means" * 100)
    with pytest.raises(OperationalError, match=r"history\.db"):
        open_jobs(app).history()


def test_the_queues_own_file_is_not_elsewhere(app: Celery, put: Put) -> None:
    app.conf.broker_transport_options = {"history_url": app.conf.broker_url}
    number = put("failed")
    jobs = open_jobs(app)

    assert [job.id for job in jobs.history().items] == [number]
    assert jobs.stats().failed == 0
    with pytest.raises(NoSuchJob):
        jobs.get(number + 1)
    with pytest.raises(NoSuchJob):
        jobs.retry(number + 1)


def test_in_a_forked_child(jobs: Jobs, put: Put, ship: Any) -> None:
    put("completed")
    ship()
    assert jobs.find("task-1") == 1
    child = os.fork()
    if child == 0:
        os._exit(0 if jobs.find("task-1") == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

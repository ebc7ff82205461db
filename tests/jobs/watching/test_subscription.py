"""A subscription begins, ends, goes on, and is too slow."""

import gc
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from hearing import PATIENCE, execute, names, take, triggers
from kombu import Producer
from sending import send_job

from sqlite_transport import event_triggers, events
from sqlite_transport.errors import Replaced
from sqlite_transport.jobs import JobError, Jobs
from sqlite_transport.library import sqlite3


def test_before_and_after_nothing_is_written(jobs: Jobs, producer: Producer) -> None:
    send_job(producer, "before")
    with jobs.events() as subscription:
        assert len(triggers(jobs)) == len(event_triggers.TRIGGERS)
        send_job(producer, "during")
        assert next(subscription).job_id == 2
    send_job(producer, "after")

    read = jobs.broker.database.read
    assert triggers(jobs) == []
    assert read("SELECT count(*) FROM event UNION ALL SELECT count(*) FROM subscriber") == [
        (0,),
        (0,),
    ]
    assert read("SELECT count(*) FROM session") == [(0,)]
    assert jobs.broker.database.after_commit is None
    assert not list(Path(f"{jobs.broker.database.path}-bells").iterdir())


def test_only_what_was_asked_for(jobs: Jobs, producer: Producer) -> None:
    with jobs.events(names=["job:cancelled"], timeout=0) as subscription:
        send_job(producer, "x")
        producer.channel.queue_purge("films")
        assert names(list(subscription)) == ["job:cancelled"]
    with jobs.events(names="job:created", timeout=0) as subscription:
        send_job(producer, "x")
        producer.channel.queue_purge("films")
        assert names(list(subscription)) == ["job:created"]
    with pytest.raises(JobError, match="no event is called 'job:done': the names are job:created"):
        jobs.events(names=["job:created", "job:done"])


def test_silence_ends_it(jobs: Jobs, producer: Producer) -> None:
    subscription = jobs.events(timeout=0.05)
    send_job(producer, "x")
    assert names(list(subscription)) == ["job:created"]
    assert triggers(jobs) == []
    assert list(subscription) == []


def test_another_thread_closes_it(jobs: Jobs) -> None:
    subscription = jobs.events()
    closing = threading.Timer(0.2, subscription.close)
    closing.start()
    assert list(subscription) == []
    closing.join()
    assert triggers(jobs) == []


def test_one_that_was_dropped_is_found(jobs: Jobs, producer: Producer) -> None:
    subscription = jobs.events()
    del subscription
    gc.collect()
    with jobs.events(timeout=PATIENCE) as other:
        sessions = jobs.broker.database.read("SELECT session FROM subscriber")
        assert len(sessions) == 1
        send_job(producer, "x")
        assert next(other).name == "job:created"


def test_a_fork_does_not_listen_with_its_parent(jobs: Jobs) -> None:
    with jobs.events(timeout=0) as subscription:
        child = os.fork()
        if child == 0:
            try:
                next(subscription)
            except JobError:
                subscription.close()
                os._exit(7)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        execute(jobs, "INSERT INTO event (name, created_at) VALUES ('job:created', 5)")
        assert names(list(subscription)) == ["job:created"]


def test_a_replaced_file_is_noticed(jobs: Jobs, app: Celery) -> None:
    subscription = jobs.events()
    for each in jobs.broker.database.path.parent.glob("queue.db*"):
        if each.is_file():
            each.unlink()
    with pytest.raises(Replaced, match="deleted or replaced"):
        next(subscription)
    app.send_task("scan")
    with pytest.raises(Replaced, match="listen anew"):
        next(subscription)
    subscription.close()


def test_a_locked_file_stops_nobody_who_reads(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sqlite_transport.jobs.subscription.SWEEP", 0.0)
    with jobs.events(timeout=PATIENCE) as subscription:
        execute(jobs, FILL, 2 * events.RECENT)
        execute(jobs, "PRAGMA busy_timeout = 10")
        locker = sqlite3.connect(str(jobs.broker.database.path), isolation_level=None)
        locker.execute("BEGIN IMMEDIATE")
        take(subscription, 2 * events.RECENT)
        locker.execute("ROLLBACK")
        locker.close()
        assert "another program holds the database locked" in caplog.text
        execute(jobs, FILL, 1)
        assert next(subscription).name == "job:created"


def test_without_a_bell_nobody_listens(jobs: Jobs, producer: Producer) -> None:
    bells = Path(f"{jobs.broker.database.path}-bells")
    assert not bells.exists()
    bells.touch()
    with pytest.raises(FileExistsError):
        jobs.events()
    assert triggers(jobs) == []
    assert jobs.broker.database.read("SELECT count(*) FROM session") == [(0,)]
    bells.unlink()


def test_one_goes_on_where_another_was(jobs: Jobs, producer: Producer) -> None:
    with jobs.events(timeout=0):
        with jobs.events(timeout=PATIENCE) as first:
            ids = [send_job(producer, "x") for _ in range(3)]
            assert next(first).task_id == ids[0]
            position = first.position
        with jobs.events(timeout=0, after=position) as second:
            assert [event.task_id for event in second] == ids[1:]


def test_one_who_comes_back_to_nobody_has_missed_something(jobs: Jobs, producer: Producer) -> None:
    with jobs.events(timeout=PATIENCE) as first:
        send_job(producer, "x")
        position = next(first).id
    send_job(producer, "missed")
    with jobs.events(timeout=0, after=position) as second:
        send_job(producer, "y")
        told = list(second)
    assert names(told) == ["events:missed", "job:created"]
    assert told[0].data == {}


@pytest.mark.parametrize("wrong", [-1, 17, 2**63, -(2**63), "x"])
def test_there_is_no_such_event(jobs: Jobs, wrong: Any) -> None:
    with pytest.raises(JobError, match=f"there is no event {wrong!r} in this file"):
        jobs.events(after=wrong)
    assert triggers(jobs) == []
    assert not jobs.broker.sessions


FILL = (
    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)"
    " INSERT INTO event (name, created_at) SELECT 'job:created', 5 FROM number"
)


def test_the_file_keeps_so_many(jobs: Jobs) -> None:
    """Who is too slow is told how much is gone; the rest is there, in its order."""
    most, look = event_triggers.MOST, event_triggers.LOOK
    with jobs.events(timeout=0) as subscription:
        start = subscription.position
        execute(jobs, FILL, most + 1000)
        [(count,)] = jobs.broker.database.read("SELECT count(*) FROM event")
        assert most <= count < most + look
        first, *rest = list(subscription)
        assert first.name == "events:missed"
        assert first.data["count"] + len(rest) == most + 1000
        assert first.id == start + first.data["count"]
        assert [event.id for event in rest] == [*range(first.id + 1, start + most + 1001)]


def test_what_all_have_read_is_deleted(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite_transport.jobs.subscription.SWEEP", 0.0)
    count = 5 * events.RECENT

    def left() -> int:
        [(number,)] = jobs.broker.database.read("SELECT count(*) FROM event")
        return int(number)

    with jobs.events(timeout=PATIENCE) as quick, jobs.events(timeout=PATIENCE) as slow:
        execute(jobs, FILL, count)
        take(quick, count - 1)
        take(slow, events.RECENT)
        assert left() > count
        take(slow, count - 1 - events.RECENT)
        assert events.RECENT <= left() < 3 * events.RECENT
        assert [next(slow).name, next(quick).name] == ["job:created"] * 2

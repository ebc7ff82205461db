"""Several beats on one file, with the same configuration and with others."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from clocked import Application, Beat, clocked, scheduler_of

from sqlite_transport.beat import cron
from sqlite_transport.beat.book import Book
from sqlite_transport.database import open_database
from sqlite_transport.jobs import Jobs, Schedule

Sent = Callable[[], list[str]]
Row = Callable[[str], Schedule]

OVERLAPPING = {"options": {"overlap": True}}
EVERY = {"every": {"task": "scan", "schedule": 60, **OVERLAPPING}}
DAILY = {"daily": {"task": "scan", "schedule": cron("0 3 * * *"), **OVERLAPPING}}


def names(jobs: Jobs) -> list[tuple[str, str]]:
    return [(each.application, each.name) for each in jobs.schedules()]


def test_one_of_two_sends(application: Application, beat: Beat, sent: Sent) -> None:
    """The other one, which knows nothing of it, looks before it sends."""
    app = application(EVERY)
    first, second = beat(app), beat(app)
    called: list[object] = []

    def note(**told: Any) -> None:
        called.append(told)

    before_task_publish.connect(note)
    try:
        for count in range(1, 6):
            app.later(seconds=60)
            ticks = [first, second] if count % 2 else [second, first]
            for each in ticks:
                each.tick()
            assert len(sent()) == count
    finally:
        before_task_publish.disconnect(note)
    assert len(called) == 5, "what is not sent calls no signals"
    assert first.tick() == second.tick() == 60


def test_who_loses_the_race_sends_nothing(
    application: Application, beat: Beat, sent: Sent, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked, and found it due."""
    app = application(EVERY)
    first, second = beat(app), beat(app)
    app.later(seconds=60)
    monkeypatch.setattr(Book, "has_moved_on", lambda *_: False)
    first.tick()
    second.tick()
    assert sent() == ["scan"]
    assert row("every").run_count == 1
    assert second.schedule["every"].last_run_at == first.schedule["every"].last_run_at


def test_many_at_the_same_moment(path: Path, sent: Sent, jobs: Jobs) -> None:
    """Threads stand for processes here: each has a scheduler and an application of its own."""
    url, beats, rounds = f"sqlite:///{path}", 6, 10
    starting = threading.Barrier(beats)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            app = clocked(url, beat_schedule=EVERY)
            scheduler = scheduler_of(app)
            scheduler.tick()
            for _ in range(rounds):
                starting.wait()
                app.later(seconds=60)
                scheduler.tick()
            app.pool.force_close_all()
        except BaseException as failure:
            failures.append(failure)
            starting.abort()

    threads = [threading.Thread(target=run) for _ in range(beats)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sent() == ["scan"] * rounds


def test_the_other_goes_on(application: Application, beat: Beat, sent: Sent) -> None:
    app = application(EVERY)
    first, second = beat(app), beat(app)
    app.later(seconds=60)
    first.tick()
    first.close()
    for _ in range(3):
        app.later(seconds=60)
        while second.tick() == 0:
            pass
    assert len(sent()) == 4


def test_an_entry_that_is_gone_goes(application: Application, beat: Beat, jobs: Jobs) -> None:
    beat(application({**EVERY, **DAILY})).close()
    assert names(jobs) == [("films", "daily"), ("films", "every")]
    beat(application(EVERY))
    assert names(jobs) == [("films", "every")]


def test_an_entry_that_comes_back_is_a_new_one(
    application: Application, beat: Beat, sent: Sent, jobs: Jobs
) -> None:
    beat(application({**EVERY, **DAILY})).close()
    beat(application(EVERY)).close()
    app = application({**EVERY, **DAILY})
    app.later(days=3)
    beat(app)
    assert sent() == ["scan"], "which is that of `every`"
    assert names(jobs) == [("films", "daily"), ("films", "every")]


def test_who_still_has_the_entry_goes_on_with_it(
    application: Application, beat: Beat, sent: Sent, jobs: Jobs
) -> None:
    """While one version replaces the other, both run."""
    old = application({**EVERY, **DAILY})
    scheduler = beat(old)
    beat(application(EVERY))
    assert names(jobs) == [("films", "every")]
    old.later(hours=15)
    scheduler.tick()
    assert sorted(names(jobs)) == [("films", "daily"), ("films", "every")]
    assert len(sent()) == 2
    old.later(days=1)
    scheduler.tick()
    assert len(sent()) == 4


def test_entries_of_another_application_are_its_own(
    application: Application, beat: Beat, sent: Sent, jobs: Jobs
) -> None:
    """Even if they have the same name."""
    other = application({"every": {"task": "other", "schedule": 120}})
    other.main = "music"
    beat(other)
    app = application(EVERY)
    scheduler = beat(app)
    assert names(jobs) == [("films", "every"), ("music", "every")]
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]


def test_what_nobody_has_is_forgotten_in_the_end(
    application: Application, beat: Beat, path: Path, jobs: Jobs
) -> None:
    other = application(EVERY)
    other.main = "music"
    beat(other)
    beat(application({**EVERY, **DAILY})).close()
    beat(application(EVERY)).close()
    count = "SELECT count(*) FROM schedule"
    assert open_database(path).read(count) == [(3,)]
    app = application(EVERY)
    app.later(days=89)
    beat(app).close()
    assert open_database(path).read(count) == [(3,)]
    app.later(days=2)
    beat(app)
    assert open_database(path).read(count) == [(1,)]
    assert names(jobs) == [("films", "every")]


def test_who_looks_anew_goes_on_with_what_another_struck_out(
    application: Application, beat: Beat, sent: Sent
) -> None:
    """As it does when its clock is set."""
    old = application({**EVERY, **DAILY})
    scheduler = beat(old)
    beat(application(EVERY))
    old.set_clock(hours=15)
    scheduler.tick()
    assert len(sent()) == 2


def test_a_row_that_somebody_deleted_comes_back(
    application: Application, beat: Beat, path: Path, sent: Sent, row: Row
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    open_database(path).write("DELETE FROM schedule", ())
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]
    assert row("every").run_count == 1

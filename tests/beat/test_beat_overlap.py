"""A run is left out as long as the job of the last one has not ended."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from clocked import Application, Beat
from kombu import Connection, Exchange, Queue

from sqlite_transport.beat.book import Book, Sending
from sqlite_transport.database import open_database
from sqlite_transport.jobs import Jobs, Schedule
from sqlite_transport.task import Task

Sent = Callable[[], list[str]]
Row = Callable[[str], Schedule]
End = Callable[[], None]

EVERY = {"every": {"task": "scan", "schedule": 60}}


def be(path: Path, **columns: object) -> None:
    """Have the newest job be so."""
    names = ", ".join(f"{name} = ?" for name in columns)
    open_database(path).write(
        f"UPDATE job SET {names} WHERE id = (SELECT max(id) FROM job)", tuple(columns.values())
    )


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "pending"},
        {"status": "scheduled", "due_at": 4e9},
        {"status": "blocked", "blocked_by": "type:scan"},
        {"status": "processing", "session": 1},
        # What a dead worker had, for as long as it is in the queue.
        {"status": "processing", "session": 999, "accepted": 1},
        {"status": "processing", "session": 1, "expires_at": 1.0},
    ],
    ids=["waits", "not due", "blocked", "runs", "left by the dead", "runs too long"],
)
def test_it_is_left_out_while_the_job_is_there(
    application: Application,
    beat: Beat,
    sent: Sent,
    row: Row,
    end: End,
    path: Path,
    columns: dict[str, object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    app.later(seconds=60)
    scheduler.tick()
    be(path, **columns)
    app.later(seconds=60)
    with caplog.at_level(logging.INFO):
        scheduler.tick()

    assert sent() == ["scan"]
    told = row("every")
    assert told.skipped == f"the job 1 of the last run is {columns['status']}"
    assert f"every (scan): left out, for {told.skipped}" in caplog.text
    assert (told.last_run_at, told.run_count) == (app.seconds, 1)
    assert told.last_status == columns["status"]

    end()
    app.later(seconds=59)
    scheduler.tick()
    assert sent() == ["scan"], "the run that was left out counts as one"
    app.later(seconds=1)
    scheduler.tick()
    assert sent() == ["scan", "scan"]
    assert row("every").skipped is None


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "completed", "completed_at": 1.0},
        {"status": "failed", "completed_at": 1.0},
        {"status": "cancelled", "completed_at": 1.0},
        {"status": "pending", "expires_at": 1.0},
    ],
    ids=["completed", "failed", "cancelled", "expired"],
)
def test_it_is_sent_when_the_job_has_ended(
    application: Application, beat: Beat, sent: Sent, path: Path, columns: dict[str, object]
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    app.later(seconds=60)
    scheduler.tick()
    be(path, **columns)
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan", "scan"]


def test_a_job_without_history_has_ended(
    application: Application, beat: Beat, sent: Sent, path: Path, row: Row
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    app.later(seconds=60)
    scheduler.tick()
    open_database(path).write("DELETE FROM job", ())
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]
    assert row("every").run_count == 2


def test_a_left_out_run_calls_no_signals(application: Application, beat: Beat) -> None:
    called: list[object] = []
    app = application(EVERY)
    scheduler = beat(app)

    def note(**told: Any) -> None:
        called.append(told)

    before_task_publish.connect(note)
    try:
        for _ in range(3):
            app.later(seconds=60)
            scheduler.tick()
    finally:
        before_task_publish.disconnect(note)
    assert len(called) == 1


def test_a_job_that_is_put_back_in_the_last_moment(
    application: Application,
    beat: Beat,
    sent: Sent,
    row: Row,
    end: End,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After beat has looked, before it stores the run."""
    app = application(EVERY)
    scheduler = beat(app)
    app.later(seconds=60)
    scheduler.tick()
    end()

    real = Book.run

    def run(book: Book, name: str, sending: Sending) -> Any:
        jobs.retry(1)
        return real(book, name, sending)

    monkeypatch.setattr(Book, "run", run)
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]
    assert row("every").skipped == "the job 1 of the last run is pending"


def test_jobs_may_overlap_where_that_is_wanted(
    application: Application, beat: Beat, sent: Sent, jobs: Jobs
) -> None:
    app = application({"every": {**EVERY["every"], "options": {"overlap": True}}})
    scheduler = beat(app)
    for _ in range(3):
        app.later(seconds=60)
        scheduler.tick()
    assert sent() == ["scan"] * 3
    [properties] = open_database(jobs.broker.database.path).read(
        "SELECT DISTINCT json_extract(properties, '$.overlap') FROM job"
    )
    assert properties == (None,), "the option is beat's alone"


def test_it_counts_for_a_new_beat_too(
    application: Application, beat: Beat, sent: Sent, row: Row
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    app.later(seconds=60)
    scheduler.tick()
    scheduler.close()
    app.later(days=1)
    beat(app)
    assert sent() == ["scan"]
    assert row("every").skipped is not None


def test_a_unique_task_that_somebody_else_has_sent(
    application: Application, beat: Beat, sent: Sent, row: Row, end: End
) -> None:
    app = application(EVERY)

    @app.task(name="scan", base=Task, unique="until_done", shared=False)
    def scan() -> None: ...

    scheduler = beat(app)
    first = scan.delay()
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]
    assert row("every").skipped == f"the task {first.id} holds its unique key"
    assert row("every").run_count == 0
    end()
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan", "scan"]
    assert row("every").run_count == 1
    assert row("every").last_job_id == 2


def test_jobs_of_a_fanout_are_several(
    application: Application, beat: Beat, path: Path, sent: Sent, row: Row
) -> None:
    """They are not waited for, as those of a unique task are not."""
    all_of_them = Exchange("all", type="fanout")
    with Connection(f"sqlite:///{path}") as connection:
        for name in ("one", "two"):
            Queue(name, all_of_them)(connection.channel()).declare()
    options = {"queue": Queue("one", all_of_them)}
    app = application({"every": {**EVERY["every"], "options": options}})
    scheduler = beat(app)
    for _ in range(2):
        app.later(seconds=60)
        scheduler.tick()
    assert sent() == ["scan"] * 4
    assert row("every").last_job_id is None

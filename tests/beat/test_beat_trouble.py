"""What goes wrong stops neither beat nor the other entries, and loses no run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery.beat import BeatLazyFunc, PersistentScheduler, ScheduleEntry, Service
from celery.schedules import BaseSchedule
from clocked import Application, Beat, clocked, scheduler_of
from kombu.exceptions import OperationalError

from sqlite_transport.beat import Scheduler, cron
from sqlite_transport.beat.book import Book
from sqlite_transport.beat.elsewhere import SchedulerElsewhere
from sqlite_transport.database import Database, open_database
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.jobs import Schedule
from sqlite_transport.transaction import Writing

Sent = Callable[[], list[str]]
Row = Callable[[str], Schedule]

EVERY = {"every": {"task": "scan", "schedule": 60}}


class Trouble:
    """Has this process's transactions fail, as on a full disk."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.is_there = False
        real = Writing.__enter__

        def enter(writing: Writing) -> Any:
            if self.is_there:
                raise Unavailable("the disk is full")
            return real(writing)

        patch.setattr(Writing, "__enter__", enter)


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Trouble:
    return Trouble(monkeypatch)


def test_a_run_that_cannot_be_stored_is_tried_again(
    application: Application,
    beat: Beat,
    sent: Sent,
    row: Row,
    trouble: Trouble,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    app.later(seconds=60)
    trouble.is_there = True
    assert scheduler.tick() == 5
    assert "every: not sent, trying again in 5 s: the disk is full" in caplog.text
    assert row("every").run_count == 0
    trouble.is_there = False
    assert scheduler.tick() == 5, "it waits"
    app.later(seconds=5)
    scheduler.tick()
    assert sent() == ["scan"]


def test_it_waits_for_a_file_that_cannot_be_used_yet(
    application: Application, sent: Sent, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    app = application(EVERY)
    scheduler = scheduler_of(app)
    trouble.is_there = True
    assert scheduler.tick() == 5
    assert "cannot be read" in caplog.text
    trouble.is_there = False
    assert scheduler.tick() == 60
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]


def test_it_does_not_begin_with_what_is_no_queue(application: Application, path: Path) -> None:
    path.write_text("no database" * 100)
    scheduler = Scheduler(application(EVERY))
    with pytest.raises(Unusable, match="not an SQLite database"):
        scheduler.tick()


def test_a_job_that_may_not_survive_power_loss_is_told_of(
    application: Application,
    beat: Beat,
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application(EVERY, broker_transport_options={})

    def fail(_: Database) -> None:
        raise Unusable("the disk could not store it")

    scheduler = beat(app)
    monkeypatch.setattr(Database, "sync", fail)
    app.later(seconds=60)
    scheduler.tick()
    assert sent() == ["scan"]
    assert "every: it is sent, but may not survive power loss" in caplog.text


def test_it_counts_when_it_is_durable(
    application: Application, beat: Beat, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[list[str]] = []
    app = application(EVERY, broker_transport_options={})
    scheduler = beat(app)
    real = Database.sync

    def sync(database: Database) -> None:
        syncs.append(sent())
        real(database)

    monkeypatch.setattr(Database, "sync", sync)
    app.later(seconds=60)
    scheduler.tick()
    assert syncs == [["scan"]]


def test_what_cannot_be_sent_is_left_out(
    application: Application,
    beat: Beat,
    sent: Sent,
    row: Row,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application({**EVERY, "bad": {"task": "scan", "schedule": 60, "args": [object()]}})
    scheduler = beat(app)
    app.later(seconds=60)
    assert scheduler.tick() == 60
    assert sent() == ["scan"]
    assert "bad (scan): it cannot be sent" in caplog.text
    assert str(row("bad").skipped).startswith("it could not be sent: Object of type object")
    assert row("bad").run_count == 0


def test_the_broker_is_away_when_the_message_is_made(
    application: Application, beat: Beat, sent: Sent
) -> None:
    attempts: list[int] = []

    def argument() -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise OperationalError("away")
        return "x"

    app = application({"lazy": {"task": "scan", "schedule": 60, "args": [BeatLazyFunc(argument)]}})
    scheduler = beat(app)
    app.later(seconds=60)
    assert scheduler.tick() == 5
    app.later(seconds=5)
    scheduler.tick()
    assert sent() == ["scan"]


def test_what_nobody_has_thought_of_keeps_no_other_back(
    application: Application,
    beat: Beat,
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application({"bad": {"task": "bad", "schedule": 60}, **EVERY})
    scheduler = beat(app)
    real = Book.run

    def run(book: Book, name: str, sending: Any) -> Any:
        if name == "bad":
            raise ZeroDivisionError
        return real(book, name, sending)

    monkeypatch.setattr(Book, "run", run)
    app.later(seconds=60)
    assert scheduler.tick() == 60
    assert sent() == ["scan"]
    assert "bad: not sent, trying again later" in caplog.text


class Broken(BaseSchedule):
    def is_due(self, last_run_at: object) -> Any:
        raise ZeroDivisionError


class Lazy(BaseSchedule):
    """Says nothing of when it is due next."""

    def is_due(self, last_run_at: object) -> Any:
        return False, None


def test_a_schedule_that_fails_keeps_no_other_back(
    application: Application, beat: Beat, sent: Sent, row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    app = application(
        {
            "broken": {"task": "x", "schedule": Broken()},
            "lazy": {"task": "y", "schedule": Lazy()},
            **EVERY,
        }
    )
    scheduler = beat(app)
    assert "When 'broken' is due cannot be told" in caplog.text
    assert row("broken").timing.endswith("test_beat_trouble.Broken")
    app.later(seconds=60)
    assert scheduler.tick() == 60
    assert sent() == ["scan"]


def test_a_file_that_is_replaced(
    application: Application, beat: Beat, sent: Sent, path: Path, row: Row
) -> None:
    app = application(EVERY)
    scheduler = beat(app)
    for each in path.parent.glob("queue.db*"):
        if each.is_file():
            each.rename(each.with_name("old-" + each.name))
    app.later(seconds=60)
    while scheduler.tick() < 60:
        app.later(seconds=5)
    assert sent() == ["scan"]
    assert row("every").run_count == 1


def test_nothing_is_written_while_nothing_is_due(
    application: Application, beat: Beat, path: Path
) -> None:
    app = application({**EVERY, "daily": {"task": "scan", "schedule": cron("0 3 * * *")}})
    scheduler = beat(app)
    before = open_database(path).version()
    for _ in range(20):
        app.later(seconds=2)
        scheduler.tick()
    beat(app)
    assert open_database(path).version() == before


# -- elsewhere ----------------------------------------------------------------------


def test_on_another_broker_it_is_celerys_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = {
        "night": {
            "task": "scan",
            "schedule": cron("30 2 * * *", "Europe/Berlin"),
            "options": {"overlap": True, "priority": 3},
        }
    }
    app = clocked("memory://", beat_schedule=schedule)
    for _ in range(2):  # a new file, and one that is there
        scheduler = Scheduler(app, schedule_filename=str(tmp_path / "schedule"))
        assert isinstance(scheduler, PersistentScheduler)
        assert "The broker is no sqlite:// file: schedules are kept in" in caplog.text
        entry = scheduler.schedule["night"]
        assert str(entry.schedule.tz) == "Europe/Berlin"
        scheduler.close()


def test_options_of_beat_are_not_sent_there(tmp_path: Path) -> None:
    app = clocked("memory://", beat_schedule={})
    scheduler = Scheduler(app, schedule_filename=str(tmp_path / "schedule"))
    told: list[dict[str, Any]] = []

    @app.task(name="scan", shared=False)
    def scan() -> None: ...

    scan.apply_async = lambda *_, **options: told.append(options)
    options = {"overlap": True, "priority": 3}
    entry = ScheduleEntry("x", "scan", schedule=60, options=options, app=app)
    scheduler.schedule["x"] = entry
    scheduler.apply_async(entry)
    assert told[0]["priority"] == 3
    assert "overlap" not in told[0]
    assert scheduler.schedule["x"].total_run_count == 1
    scheduler.close()


# -- how Celery makes it ------------------------------------------------------------


@pytest.mark.parametrize("name", ["sqlite", "sqlite_transport.beat:Scheduler"])
def test_it_has_a_short_name(application: Application, path: Path, name: str) -> None:
    service = Service(application(EVERY), scheduler_cls=name)
    scheduler = service.get_scheduler(lazy=True)
    assert type(scheduler) is Scheduler
    assert scheduler.info == f"    . db -> {path}"
    assert not path.exists(), "to show the banner opens nothing"


def test_elsewhere_by_its_short_name(tmp_path: Path) -> None:
    service = Service(clocked("redis://localhost:1/0"), scheduler_cls="sqlite")
    assert type(service.get_scheduler(lazy=True)) is SchedulerElsewhere


def test_a_task_can_be_sent_by_hand(application: Application, beat: Beat, sent: Sent) -> None:
    scheduler = beat(application(EVERY))
    scheduler.apply_async(scheduler.schedule["every"])
    assert sent() == ["scan"]
    assert scheduler.schedule["every"].total_run_count == 1

"""When entries are sent: when they are due, and what was missed once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from clocked import NOON, Application, Beat

from sqlite_transport.beat import Scheduler, cron
from sqlite_transport.jobs import Schedule

Sent = Callable[[], list[str]]
Row = Callable[[str], Schedule]

MINUTELY = {"every": {"task": "scan", "schedule": 60, "options": {"overlap": True}}}
DAILY = {
    "daily": {"task": "scan", "schedule": cron("0 3 * * *"), "options": {"overlap": True}},
}
BOTH = pytest.mark.parametrize("schedule", [MINUTELY, DAILY], ids=["interval", "cron"])


def next_tick(scheduler: Scheduler) -> float:
    """Do what is due, and return when there is more to do."""
    while (seconds := scheduler.tick()) == 0:
        pass
    return seconds


@BOTH
def test_a_new_entry_waits_for_its_time(
    application: Application, beat: Beat, sent: Sent, schedule: dict[str, Any]
) -> None:
    app = application(schedule)
    scheduler = beat(app)
    assert sent() == []
    app.later(hours=15, seconds=-1) if "daily" in schedule else app.later(seconds=59)
    assert next_tick(scheduler) == pytest.approx(1)
    assert sent() == []
    app.later(seconds=1)
    assert next_tick(scheduler) == 60
    assert sent() == ["scan"]


def test_an_interval_is_counted_from_its_last_run(
    application: Application, beat: Beat, sent: Sent
) -> None:
    app = application(MINUTELY)
    scheduler = beat(app)
    for count in (1, 2, 3):
        app.later(seconds=60)
        next_tick(scheduler)
        assert len(sent()) == count


@BOTH
def test_what_was_missed_is_made_up_once(
    application: Application, beat: Beat, sent: Sent, row: Row, schedule: dict[str, Any]
) -> None:
    app = application(schedule)
    beat(app).close()
    later = application(schedule)
    later.later(days=10)

    scheduler = beat(later)

    assert sent() == ["scan"]
    assert row(*schedule).last_run_at == later.seconds
    next_tick(scheduler)
    beat(later)
    assert sent() == ["scan"]
    later.later(days=1)
    next_tick(scheduler)
    assert sent() == ["scan", "scan"]


def test_nothing_is_made_up_that_was_not_missed(
    application: Application, beat: Beat, sent: Sent
) -> None:
    beat(application(DAILY)).close()
    later = application(DAILY)
    later.later(hours=14)
    assert next_tick(beat(later)) == 60
    assert sent() == []


def test_a_changed_time_begins_anew(
    application: Application, beat: Beat, sent: Sent, row: Row
) -> None:
    beat(application(DAILY)).close()
    changed = application({"daily": {"task": "scan", "schedule": cron("0 4 * * *")}})
    changed.later(days=3)
    beat(changed)
    assert sent() == []
    assert row("daily").timing == "0 4 * * * UTC"
    assert row("daily").due_at == (NOON + timedelta(days=3, hours=16)).timestamp()


@pytest.mark.parametrize(
    "change", [{"args": ["x"]}, {"task": "other"}, {"options": {"queue": "q"}}]
)
def test_what_else_changes_does_not(
    application: Application, beat: Beat, sent: Sent, change: dict[str, Any]
) -> None:
    beat(application(DAILY)).close()
    changed = application({"daily": {**DAILY["daily"], **change}})
    changed.later(days=3)
    beat(changed)
    assert sent() == [change.get("task", "scan")]


def test_another_time_zone_begins_anew(application: Application, beat: Beat, sent: Sent) -> None:
    beat(application(DAILY)).close()
    moved = application(DAILY, timezone="Asia/Tokyo")
    moved.later(days=3)
    beat(moved)
    assert sent() == []


def test_a_run_that_is_too_late_is_not_made_up(
    application: Application, beat: Beat, sent: Sent, row: Row
) -> None:
    settings = {"beat_cron_starting_deadline": 3600}
    beat(application(DAILY, **settings)).close()
    late = application(DAILY, **settings)
    late.later(hours=16, seconds=1)
    scheduler = beat(late)
    assert sent() == []
    assert row("daily").skipped == "it was missed by more than beat_cron_starting_deadline"
    assert row("daily").due_at == (NOON + timedelta(hours=39)).timestamp()
    late.later(hours=23)
    next_tick(scheduler)
    assert sent() == ["scan"]
    assert row("daily").skipped is None


def test_a_run_that_is_not_too_late_is(application: Application, beat: Beat, sent: Sent) -> None:
    settings = {"beat_cron_starting_deadline": 3600}
    beat(application(DAILY, **settings)).close()
    late = application(DAILY, **settings)
    late.later(hours=15, minutes=59)
    beat(late)
    assert sent() == ["scan"]


def test_celerys_own_crontab_keeps_to_its_zone_when_clocks_change(
    application: Application, beat: Beat, sent: Sent, row: Row
) -> None:
    entry = {"night": {"task": "scan", "schedule": crontab("30", "2")}}
    app = application(entry, timezone="Europe/Berlin")
    app.moment = NOON.replace(month=3, day=28)
    scheduler = beat(app)
    assert row("night").timing == "30 2 * * * Europe/Berlin"
    app.moment = NOON.replace(month=3, day=29, hour=1, minute=29)
    next_tick(scheduler)
    assert sent() == []
    app.later(minutes=1)
    next_tick(scheduler)
    assert sent() == ["scan"]


def test_an_interval_is_counted_in_hours_that_were(
    application: Application, beat: Beat, sent: Sent
) -> None:
    entry = {"each": {"task": "scan", "schedule": 24 * 3600}}
    app = application(entry, timezone="Europe/Berlin")
    app.moment = NOON.replace(month=3, day=28)
    scheduler = beat(app)
    app.later(hours=23, minutes=59)
    next_tick(scheduler)
    assert sent() == []
    app.later(minutes=1)
    next_tick(scheduler)
    assert sent() == ["scan"]


def test_arguments_and_options_go_along(
    application: Application, beat: Beat, path: Any, jobs: Any
) -> None:
    options = {"queue": "films", "priority": 1, "headers": {"by": "me"}, "expires": 3600}
    entry = {"task": "scan", "schedule": 60, "args": ("/a",), "kwargs": {"deep": True}}
    app = application({"every": {**entry, "options": options}})
    scheduler = beat(app)
    app.later(seconds=60)
    next_tick(scheduler)
    (job,) = jobs.list().items
    assert (job.type, job.queue, job.priority) == ("scan", "films", 1)
    assert (job.args, job.kwargs) == (["/a"], {"deep": True})
    assert job.expires_at is not None


def test_a_default_entry_is_there_for_a_backend_that_needs_it(
    application: Application, beat: Beat, jobs: Any
) -> None:
    app = application(MINUTELY, result_expires=3600)
    beat(app)
    assert [each.name for each in jobs.schedules()] == ["celery.backend_cleanup", "every"]


def test_an_entry_that_comes_while_beat_runs(
    application: Application, beat: Beat, sent: Sent
) -> None:
    app = application(DAILY)
    scheduler = beat(app)
    scheduler.add(name="new", task="note", schedule=60)
    next_tick(scheduler)
    app.later(seconds=60)
    next_tick(scheduler)
    assert sent() == ["note"]
    del scheduler.schedule["new"]
    app.later(seconds=60)
    next_tick(scheduler)
    assert sent() == ["note"]

"""Schedules as an operator sees them."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from celery.schedules import crontab
from clocked import NOON, Application, Beat

from sqlite_transport.beat import cron
from sqlite_transport.database import open_database
from sqlite_transport.jobs import Jobs, NotOnThisBroker, Schedule, open_jobs

Row = Callable[[str], Schedule]

ENTRIES = {
    "night": {"task": "cleanup", "schedule": cron("0 3 * * 7", "Europe/Berlin")},
    "every": {"task": "scan", "schedule": 90.5},
    "slow": {"task": "scan", "schedule": timedelta(days=2), "relative": True},
}


def test_before_the_first_run(application: Application, beat: Beat, jobs: Jobs) -> None:
    beat(application(ENTRIES))
    night = (NOON + timedelta(days=5, hours=13)).timestamp()
    every, night_row, slow = jobs.schedules()
    assert night_row == Schedule(
        "films",
        "night",
        "cleanup",
        "0 3 * * 0 Europe/Berlin",
        None,
        night,
        0,
        None,
        None,
        None,
        None,
    )
    assert every.timing == "every 90.5 s"
    assert every.due_at == NOON.timestamp() + 90.5
    assert slow.timing == "every 172800 s, by the clock"
    assert slow.due_at == (NOON + timedelta(days=1, hours=12)).timestamp()


def test_how_times_are_told(application: Application, beat: Beat, jobs: Jobs) -> None:
    whens = {
        "a": crontab(minute=[30, 0], hour={3}),
        "b": crontab(minute=0, hour=0, day_of_week="mon", day_of_month=1, month_of_year="jan"),
        "c": cron("@monthly"),
        "d": timedelta(minutes=1),
        "e": 0.25,
    }
    entries = {name: {"task": "scan", "schedule": when} for name, when in whens.items()}
    beat(application(entries, timezone="Asia/Tokyo"))
    assert [each.timing for each in jobs.schedules()] == [
        "0,30 3 * * * Asia/Tokyo",
        "0 0 1 jan mon Asia/Tokyo",
        "0 0 1 * * Asia/Tokyo",
        "every 60 s",
        "every 0.25 s",
    ]


def test_after_a_run(application: Application, beat: Beat, jobs: Jobs, row: Row) -> None:
    app = application(ENTRIES)
    scheduler = beat(app)
    app.later(seconds=91)
    scheduler.tick()
    found = row("every")
    job = jobs.get(1)
    assert found == Schedule(
        "films",
        "every",
        "scan",
        "every 90.5 s",
        app.seconds,
        app.seconds + 90.5,
        1,
        None,
        job.task_id,
        1,
        "pending",
    )
    assert json.loads(json.dumps(found.as_json()))["last_status"] == "pending"
    jobs.cancel(1)
    assert row("every").last_status == "cancelled"


def test_a_job_that_is_not_kept_has_no_status(
    application: Application, beat: Beat, path: Path, row: Row
) -> None:
    app = application(ENTRIES)
    scheduler = beat(app)
    app.later(seconds=91)
    scheduler.tick()
    open_database(path).write("DELETE FROM job", ())
    assert row("every").last_job_id == 1
    assert row("every").last_status is None


def test_a_file_without_schedules_has_none(jobs: Jobs) -> None:
    assert jobs.schedules() == []


def test_elsewhere_beat_keeps_them_itself() -> None:
    jobs = open_jobs(Celery(broker="redis://localhost:1/0", set_as_current=False))
    with pytest.raises(NotOnThisBroker, match="beat_schedule_filename"):
        jobs.schedules()

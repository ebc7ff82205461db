"""`jobs schedules`."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from click.testing import Result

from sqlite_transport.beat import Scheduler, cron
from sqlite_transport.database import open_database
from sqlite_transport.jobs import Jobs

Call = Callable[..., Result]


@pytest.fixture
def beat(app: Celery) -> Scheduler:
    """A beat that has sent one of its two entries, and left one of its runs out."""
    app.conf.update(
        result_expires=None,
        beat_schedule={
            "night": {"task": "publish", "schedule": cron("0 3 * * *", "Europe/Berlin")},
            "often": {"task": "scan", "schedule": 3600, "args": ["/films"]},
        },
    )
    scheduler = Scheduler(app)
    scheduler.tick()
    return scheduler


def send_often(beat: Scheduler, api: Jobs) -> None:
    """Have it be due, and sent by the next beat."""
    database = api.broker.database
    database.write("UPDATE schedule SET last_run_at = last_run_at - 7200 WHERE name = 'often'", ())
    Scheduler(beat.app).tick()


def test_nothing_is_scheduled(call: Call, told: Callable[..., Any]) -> None:
    assert "Nothing is scheduled" in call("schedules").stderr
    assert told("schedules") == {"items": []}


def test_what_is_due_and_what_was_sent(
    beat: Scheduler, api: Jobs, call: Call, told: Callable[..., Any]
) -> None:
    send_often(beat, api)
    night, often = told("schedules")["items"]
    assert (night["name"], night["last_run_at"], night["last_status"]) == ("night", None, None)
    assert (often["run_count"], often["last_job_id"], often["last_status"]) == (1, 1, "pending")
    shown = call("schedules").stdout
    line = next(each for each in shown.splitlines() if each.startswith("night"))
    assert line.split()[:7] == ["night", "publish", "0", "3", "*", "*", "*"]
    assert "Europe/Berlin" in line
    line = next(each for each in shown.splitlines() if each.startswith("often"))
    assert "every 3600 s" in line
    assert "in 1 h" in line or "in 59 m" in line
    assert "1 pending" in " ".join(line.split())


def test_why_a_run_was_left_out(beat: Scheduler, api: Jobs, call: Call) -> None:
    send_often(beat, api)
    send_often(beat, api)
    assert "the job 1 of the last run is pending" in call("schedules").stdout


def test_the_table_is_only_read(beat: Scheduler, api: Jobs, call: Call) -> None:
    before = open_database(api.broker.database.path).version()
    call("schedules")
    assert open_database(api.broker.database.path).version() == before

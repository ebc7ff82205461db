"""Clocks that are set while beat runs, or while it does not."""

from collections.abc import Callable

import pytest
from clocked import Application, Beat

from sqlite_transport.beat import cron

Sent = Callable[[], list[str]]

OVERLAPPING = {"options": {"overlap": True}}
EVERY = {"every": {"task": "scan", "schedule": 60, **OVERLAPPING}}
MINUTELY = {"minutely": {"task": "scan", "schedule": cron("* * * * *"), **OVERLAPPING}}
DAILY = {"daily": {"task": "scan", "schedule": cron("0 3 * * *"), **OVERLAPPING}}


@pytest.mark.parametrize("schedule", [EVERY, MINUTELY], ids=["interval", "cron"])
@pytest.mark.parametrize("is_restarted", [False, True], ids=["runs on", "restarted"])
def test_set_back_by_more_than_a_run_it_goes_on_at_once(
    application: Application,
    beat: Beat,
    sent: Sent,
    schedule: dict[str, object],
    is_restarted: bool,
) -> None:
    app = application(schedule)
    scheduler = beat(app)
    app.later(seconds=60)
    scheduler.tick()
    assert len(sent()) == 1
    app.set_clock(hours=-1)
    scheduler = beat(app) if is_restarted else scheduler
    assert scheduler.tick() <= 60
    assert len(sent()) == 1
    for count in (2, 3):
        app.later(seconds=60)
        scheduler.tick()
        assert len(sent()) == count


@pytest.mark.parametrize("is_restarted", [False, True], ids=["runs on", "restarted"])
def test_set_back_over_a_run_it_is_not_sent_again(
    application: Application, beat: Beat, sent: Sent, is_restarted: bool
) -> None:
    """At 3:00:05 the clock is found to be ten seconds fast."""
    app = application(DAILY)
    scheduler = beat(app)
    app.later(hours=15, seconds=5)
    scheduler.tick()
    assert sent() == ["scan"]
    app.set_clock(seconds=-10)
    scheduler = beat(app) if is_restarted else scheduler
    scheduler.tick()
    app.later(seconds=20)
    scheduler.tick()
    assert sent() == ["scan"]
    app.later(days=1)
    scheduler.tick()
    assert sent() == ["scan", "scan"]


def test_a_year_that_never_was(application: Application, beat: Beat, sent: Sent) -> None:
    """The machine has started with a wrong clock."""
    app = application(DAILY)
    scheduler = beat(app)
    app.set_clock(days=365)
    scheduler.tick()
    assert sent() == ["scan"], "as far as is known it was missed"
    app.set_clock(days=-365)
    scheduler.tick()
    app.later(hours=15)
    scheduler.tick()
    assert sent() == ["scan", "scan"]


@pytest.mark.parametrize("schedule", [EVERY, MINUTELY, DAILY], ids=["interval", "cron", "daily"])
def test_set_forward_one_run_is_made_up(
    application: Application, beat: Beat, sent: Sent, schedule: dict[str, object]
) -> None:
    app = application(schedule)
    scheduler = beat(app)
    app.set_clock(days=5)
    scheduler.tick()
    scheduler.tick()
    assert sent() == ["scan"]


def test_it_looks_at_the_clock_once_a_minute(application: Application, beat: Beat) -> None:
    """So soon it notices that the machine slept."""
    assert beat(application(DAILY)).tick() == 60
    assert beat(application(DAILY, beat_max_loop_interval=5)).tick() == 5
    assert beat(application({})).tick() == 60

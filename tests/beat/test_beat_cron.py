"""Cron expressions in a time zone, against a clock that is watched minute by minute."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import crontab
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlite_transport.beat import Crontab, cron

MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(schedule: Crontab, start: str, count: int) -> list[str]:
    """Return its next moments, as the clocks in its zone show them."""
    moment, shown = utc(start), []
    for _ in range(count):
        moment = schedule.first_after(moment)
        shown.append(f"{moment.astimezone(schedule.tz):%d %H:%M %z}")
    return shown


# -- when clocks change: by hand -----------------------------------------------


def test_a_skipped_time_is_due_once_and_later() -> None:
    schedule = cron("30 2 * * *", "Europe/Berlin")
    shown = ["28 02:30 +0100", "29 03:30 +0200", "30 02:30 +0200"]
    assert dues(schedule, "2026-03-27T12:00", 3) == shown


def test_a_repeated_time_is_due_the_first_time() -> None:
    schedule = cron("30 2 * * *", "Europe/Berlin")
    shown = ["24 02:30 +0200", "25 02:30 +0200", "26 02:30 +0100"]
    assert dues(schedule, "2026-10-23T12:00", 3) == shown


def test_a_quarter_of_an_hour_stays_one() -> None:
    schedule = cron("*/15 * * * *", "Europe/Berlin")
    for start in ("2026-03-28T22:00", "2026-10-24T22:00"):
        moment = utc(start)
        for _ in range(20):
            due = schedule.first_after(moment)
            assert due - moment == timedelta(minutes=15)
            moment = due


def test_midnight_may_be_the_time_that_is_skipped() -> None:
    schedule = cron("@daily", "America/Sao_Paulo")
    shown = ["03 00:00 -0300", "04 01:00 -0200", "05 00:00 -0200"]
    assert dues(schedule, "2018-11-02T12:00", 3) == shown


def test_a_whole_day_may_be_skipped() -> None:
    """Samoa went over the date line: there was no 30 December 2011."""
    schedule = cron("0 10 * * *", "Pacific/Apia")
    shown = ["29 10:00 -1000", "31 10:00 +1400", "01 10:00 +1400"]
    assert dues(schedule, "2011-12-29T12:00", 3) == shown


# -- the same against an oracle --------------------------------------------------

#: Zones with a moment around which their clocks change.
CHANGES = [
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01T06:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2019-02-17T02:00"),
    ("Asia/Beirut", "2026-03-28T22:00"),
    ("Africa/Casablanca", "2026-02-15T02:00"),
    ("Antarctica/Troll", "2026-03-29T01:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("America/Caracas", "2016-05-01T07:00"),
    ("Asia/Kathmandu", "2026-06-01T00:00"),
    ("UTC", "2026-02-28T12:00"),
]

minutes = st.sampled_from(["*", "0", "30", "*/15", "*/7", "59", "1,2,45", "20-40/5"])
hours = st.sampled_from(["*", "0", "1", "2", "3", "23", "*/2", "0-3", "1,2,3", "22-2", "2-4/2"])
days = st.sampled_from(["*", "*", "*", "1", "29,30,31", "1-15", "*/2"])
weekdays = st.sampled_from(["*", "*", "*", "sun", "mon-fri", "0,6"])


def is_the_day(schedule: Crontab, local: datetime) -> bool:
    return (
        local.month in schedule.month_of_year
        and local.day in schedule.day_of_month
        and local.isoweekday() % 7 in schedule.day_of_week
    )


def watched(zone: tzinfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield each minute with what the clock shows."""
    moment = start.replace(second=0, microsecond=0)
    while moment < end:
        yield moment, moment.astimezone(zone).replace(tzinfo=None)
        moment += MINUTE


def is_meant(schedule: Crontab, local: datetime) -> bool:
    return (
        is_the_day(schedule, local)
        and local.hour in schedule.hour
        and local.minute in schedule.minute
    )


def expected(schedule: Crontab, start: datetime, end: datetime) -> list[datetime]:
    """Return when it is due between two moments, by watching the clock."""
    due: set[datetime] = set()
    seen: set[datetime] = set()
    at_every_hour = len(schedule.hour) == 24
    before: datetime | None = None
    for moment, shown in watched(schedule.tz, start - timedelta(days=2), end):
        if is_meant(schedule, shown) and (at_every_hour or shown not in seen):
            due.add(moment)
        skipped = shown if before is None or at_every_hour else before + MINUTE
        while before is not None and skipped < shown:
            if is_meant(schedule, skipped):
                # As long after the change as it was meant to be after the last minute before it.
                due.add(moment + (skipped - before - MINUTE))
            skipped += MINUTE
        seen.add(shown)
        before = shown
    return sorted(each for each in due if start < each < end)


@settings(deadline=None)
@given(
    change=st.sampled_from(CHANGES),
    fields=st.tuples(minutes, hours, days, weekdays),
    hours_before=st.integers(0, 26),
)
def test_it_is_due_when_a_watched_clock_says_so(
    change: tuple[str, str], fields: tuple[str, str, str, str], hours_before: int
) -> None:
    zone, moment = change
    minute, hour, day, weekday = fields
    schedule = cron(f"{minute} {hour} {day} * {weekday}", zone)
    start = utc(moment) - timedelta(hours=hours_before, seconds=1)
    end = utc(moment) + timedelta(hours=26)

    due = []
    current = start
    while (current := schedule.first_after(current)) < end:
        due.append(current)

    assert due == expected(schedule, start, end)


@settings(deadline=None)
@given(
    change=st.sampled_from(CHANGES),
    fields=st.tuples(minutes, hours, days, weekdays),
    after=st.integers(-100, 100),
)
def test_whatever_it_is_asked_after_it_misses_none(
    change: tuple[str, str], fields: tuple[str, str, str, str], after: int
) -> None:
    """From wherever it is asked, the next one is the next of all that there are."""
    zone, moment = change
    minute, hour, day, weekday = fields
    schedule = cron(f"{minute} {hour} {day} * {weekday}", zone)
    start = utc(moment) + timedelta(minutes=17 * after)
    following = schedule.first_after(start)
    assert following > start
    half = start + (following - start) / 2
    assert schedule.first_after(half) == following
    assert schedule.first_after(following) > following


# -- what it is --------------------------------------------------------------------


def test_it_is_celerys_crontab() -> None:
    schedule = cron("*/5 1-3 1 jan mon")
    assert isinstance(schedule, crontab)
    assert schedule == crontab("*/5", "1-3", "mon", "1", "jan")
    assert cron("0 3 * * *", "Europe/Berlin") != cron("0 3 * * *", "Europe/Paris")
    assert cron("0 3 * * *", "Europe/Berlin") == cron("0 3 * * *", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "days"),
    [("7", {0}), ("5-7", {5, 6, 0}), ("0-7", set(range(7))), ("1-7/2", {1, 3, 5, 0})],
)
def test_seven_is_sunday_too(text: str, days: set[int]) -> None:
    assert cron(f"0 0 * * {text}").day_of_week == days


def test_names() -> None:
    assert cron("@hourly") == cron("0 * * * *")
    assert cron(" @Weekly ") == cron("0 0 * * sun")


@pytest.mark.parametrize(
    ("expression", "zone", "message"),
    [
        ("0 3 * *", None, "write minute, hour"),
        ("", None, "write minute, hour"),
        ("@never", None, "@daily"),
        ("61 * * * *", None, "61"),
        ("*/ * * * *", None, "no cron expression"),
        ("x * * * *", None, "'x"),
        ("0 0 30 2 *", None, "month_of_year|no month"),
        ("0 3 * * *", "Europe/Atlantis", "no time zone 'Europe/Atlantis'"),
        ("0 3 * * *", "../etc", "no time zone"),
    ],
)
def test_what_is_none_is_refused(expression: str, zone: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cron(expression, zone)


def test_it_can_be_pickled() -> None:
    """Celery's own scheduler does that, where the broker is another one."""
    schedule = cron("30 2 * * 7", "Europe/Berlin")
    again = pickle.loads(pickle.dumps(schedule))
    assert again == schedule
    assert again.tz == ZoneInfo("Europe/Berlin")


def test_without_a_zone_it_counts_in_the_applications() -> None:
    app = Celery(set_as_current=False)
    app.conf.timezone = "America/New_York"
    schedule = cron("30 2 * * *")
    schedule.app = app
    assert dues(schedule, "2026-06-01T00:00", 1) == ["01 02:30 -0400"]


def test_a_leap_day_on_a_sunday_comes() -> None:
    assert dues(cron("0 0 29 2 0", "UTC"), "2026-01-01T00:00", 1) == ["29 00:00 +0000"]


def test_celery_asks_it_what_it_asks_its_own() -> None:
    app = Celery(set_as_current=False)
    now = utc("2026-03-29T12:00")
    schedule = Crontab("30", "2", timezone="Europe/Berlin", nowfun=lambda: now, app=app)
    assert schedule.is_due(utc("2026-03-28T12:00")).is_due
    assert schedule.is_due(utc("2026-03-29T01:30")) == (False, 12.5 * 3600)
    assert schedule.remaining_estimate(utc("2026-03-29T01:29")) == -timedelta(hours=10.5)


def test_a_run_can_be_too_late() -> None:
    app = Celery(set_as_current=False)
    app.conf.beat_cron_starting_deadline = 3600
    now = utc("2026-06-01T12:00")
    schedule = Crontab("0", "11", timezone="UTC", nowfun=lambda: now, app=app)
    assert schedule.is_due(utc("2026-05-31T11:00")).is_due
    now = utc("2026-06-01T12:01")
    assert schedule.is_due(utc("2026-05-31T11:00")) == (False, 22 * 3600 + 59 * 60)

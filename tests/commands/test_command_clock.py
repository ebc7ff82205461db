"""Times as they are shown and as they are given."""

import time
from collections.abc import Iterator
from math import inf

import pytest

from sqlite_transport.commands.clock import Clock, moment_of, seconds_of, span


@pytest.fixture
def clock() -> Clock:
    clock = Clock(utc=True)
    clock.now = 1_000_000_000.0  # 2001-09-09T01:46:40Z
    return clock


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "-"),
        (0, "0 s"),
        (0.0004, "0 ms"),
        (0.25, "250 ms"),
        (0.9996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.9, "1 m"),
        (60, "1 m"),
        (3599, "59 m"),
        (3600, "1 h"),
        (86399, "23 h"),
        (1e6, "11 d"),
    ],
)
def test_a_length_of_time(seconds: float | None, shown: str) -> None:
    assert span(seconds) == shown


def test_today_is_shown_by_its_time(clock: Clock) -> None:
    assert clock.short(clock.now - 200) == "01:43:20Z, 3 m ago"


def test_another_day_is_shown_by_its_date(clock: Clock) -> None:
    assert clock.short(clock.now - 7200) == "2001-09-08, 2 h ago"


def test_what_is_to_come(clock: Clock) -> None:
    assert clock.full(clock.now + 90) == "2001-09-09 01:48:10Z (in 1 m)"


def test_no_time_at_all(clock: Clock) -> None:
    assert clock.short(None) == clock.full(None) == "-"


@pytest.mark.usefixtures("in_berlin")
def test_local_time_has_no_z() -> None:
    clock = Clock(utc=False)
    assert clock.full(1_000_000_000.0).startswith("2001-09-09 03:46:40 (")


@pytest.mark.parametrize("moment", [1e300, -1e300, inf, -inf])
def test_a_time_beyond_the_calendar_does_not_end_the_verb(clock: Clock, moment: float) -> None:
    assert clock.short(moment)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("7d", 604800), ("1.5h", 5400), (" 2 h ", 7200)],
)
def test_a_length_that_is_given(given: str, seconds: float) -> None:
    assert seconds_of(given) == seconds


@pytest.mark.parametrize("given", ["", "2", "h", "2w", "-2h", "2h30m"])
def test_a_length_that_is_none(given: str) -> None:
    assert seconds_of(given) is None


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    "given", ["2001-09-09T01:46:40Z", "2001-09-09T01:46:40+00:00", "2001-09-09T03:46:40"]
)
def test_a_time_that_is_given(given: str) -> None:
    assert moment_of(given) == 1_000_000_000.0


@pytest.mark.parametrize("given", ["", "yesterday", "2001-13-01", "0001-01-01T00:00:00"])
def test_a_time_that_is_none(given: str) -> None:
    assert moment_of(given) is None

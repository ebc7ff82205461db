"""The grammar of the options that say how long the history is kept."""

import pytest

from sqlite_transport.options import read_options
from sqlite_transport.retention import OFF, Retention, read_retention


@pytest.mark.parametrize(
    ("value", "retention"),
    [
        ("off", OFF),
        ("forever", Retention()),
        ("30d", Retention(seconds=30 * 86400)),
        ("12h", Retention(seconds=12 * 3600)),
        ("5m", Retention(seconds=300)),
        ("90s", Retention(seconds=90)),
        ("10000", Retention(count=10_000)),
        (10_000, Retention(count=10_000)),
        ("30d,10000", Retention(seconds=30 * 86400, count=10_000)),
        ("10000, 30d", Retention(seconds=30 * 86400, count=10_000)),
        (0, OFF),
        (Retention(count=3), Retention(count=3)),
    ],
)
def test_values(value: object, retention: Retention) -> None:
    assert read_retention(value) == retention


@pytest.mark.parametrize("value", ["", "soon", "30w", "-1", "1.5d", None, True, "30d;5", [1]])
def test_wrong_values_are_refused_with_the_options_name(value: object) -> None:
    with pytest.raises(ValueError, match=r"'history_failed' must be 'off', 'forever', an age"):
        read_options({}, {"history_failed": value})


def test_defaults() -> None:
    kept = {status: each.seconds for status, each in read_options({}, {}).retention().items()}
    assert kept == {"completed": 30 * 86400, "failed": 90 * 86400, "cancelled": 90 * 86400}


def test_the_url_wins() -> None:
    options = read_options({"history_completed": "7d"}, {"history_completed": "off"})
    assert options.history_completed == Retention(seconds=7 * 86400)

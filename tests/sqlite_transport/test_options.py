"""The transport's options: from the URL or from broker_transport_options, checked by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from sqlite_transport.database import close_databases
from sqlite_transport.options import Options


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    yield f"sqlite:///{tmp_path}/queue.db"
    close_databases()


def options_of(url: str, settings: dict[str, Any] | None = None) -> Options:
    with Connection(url, transport_options=settings) as connection:
        connection.connect()
        options: Options = connection.transport.options
        return options


RIGHT = [
    ("durability", "normal", "normal"),
    ("durability", "full", "full"),
    ("max_deliveries", "7", 7),
    ("max_deliveries", "0", 0),
    ("default_priority", "9", 9),
    ("default_priority", "0", 0),
    ("busy_timeout", "0", 0.0),
    ("busy_timeout", "2.5", 2.5),
    ("history_url", "sqlite:///history.db", "sqlite:///history.db"),
    ("history_url", "", ""),
]


@pytest.mark.parametrize(("name", "text", "value"), RIGHT)
def test_an_option_in_the_url(url: str, name: str, text: str, value: object) -> None:
    assert getattr(options_of(f"{url}?{name}={text}"), name) == value


@pytest.mark.parametrize(("name", "text", "value"), RIGHT)
def test_an_option_in_broker_transport_options(
    url: str, name: str, text: str, value: object
) -> None:
    assert getattr(options_of(url, {name: value}), name) == value
    assert getattr(options_of(url, {name: text}), name) == value


def test_a_history_in_the_queues_own_file_is_none_elsewhere(url: str) -> None:
    found = options_of(url, {"history_url": url, "history_failed": "7d", "busy_timeout": 2})
    assert found == options_of(url, {"history_failed": "7d", "busy_timeout": 2})


def test_several_options_in_the_url(url: str) -> None:
    found = options_of(f"{url}?durability=normal&max_deliveries=2&busy_timeout=1")
    assert found == Options(durability="normal", max_deliveries=2, busy_timeout=1.0)


def test_the_url_wins(url: str) -> None:
    assert options_of(f"{url}?max_deliveries=2", {"max_deliveries": 3}).max_deliveries == 2


def test_the_defaults(url: str) -> None:
    assert options_of(url) == Options("full", 5, 5, 5.0)


@pytest.mark.parametrize(
    "settings",
    [
        {"max_retries": 3, "interval_start": 0, "visibility_timeout": 3600},
        {"fanout_prefix": True, "priority_steps": [0, 3, 6, 9], "socket_keepalive": None},
    ],
)
def test_unknown_names_are_ignored(url: str, settings: dict[str, Any]) -> None:
    assert options_of(f"{url}?charset=utf8", settings) == Options()


WRONG = [
    ("durability", "fast", "must be 'full' or 'normal'"),
    ("durability", "", "must be 'full' or 'normal'"),
    ("max_deliveries", "-1", "must be a whole number of at least 0"),
    ("max_deliveries", "many", "must be a whole number of at least 0"),
    ("max_deliveries", "1.5", "must be a whole number of at least 0"),
    ("max_deliveries", "", "must be a whole number of at least 0"),
    ("default_priority", "10", "must be a whole number of at most 9"),
    ("default_priority", "-1", "must be a whole number of at least 0"),
    ("default_priority", "high", "must be a whole number of at least 0"),
    ("busy_timeout", "-0.1", "must be a number of seconds of at least 0.0"),
    ("busy_timeout", "soon", "must be a number of seconds of at least 0.0"),
    ("busy_timeout", "nan", "must be a number of seconds of at least 0.0"),
    ("busy_timeout", "inf", "must be a number of seconds of at least 0.0"),
]


@pytest.mark.parametrize(("name", "text", "advice"), WRONG)
def test_a_wrong_value_in_the_url_is_refused(
    url: str, tmp_path: Path, name: str, text: str, advice: str
) -> None:
    with pytest.raises(ValueError, match=f"the transport option '{name}' {advice}, not '{text}'"):
        options_of(f"{url}?{name}={text}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, text) for name, text, _ in WRONG),
        *((name, None) for name in ("durability", "max_deliveries", "busy_timeout")),
        ("max_deliveries", True),
        ("max_deliveries", 2.0),
        ("busy_timeout", True),
        ("busy_timeout", [1]),
        ("busy_timeout", float("nan")),
        ("busy_timeout", 10**400),
        ("durability", ["full"]),
        ("history_url", 7),
    ],
)
def test_a_wrong_value_in_the_settings_is_refused(url: str, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"the transport option '{name}' must be "):
        options_of(url, {name: value})


def test_the_default_priority_is_that_of_messages_without_one(url: str) -> None:
    with Connection(url, transport_options={"default_priority": 2}) as connection:
        producer = connection.Producer()
        producer.publish("", routing_key="jobs", priority=None)
        producer.publish("", routing_key="jobs", priority=7)
        read = connection.transport.broker.database.read
        assert read("SELECT priority FROM job_queue ORDER BY id") == [(2,), (7,)]

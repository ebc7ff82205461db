"""Pausing and limiting on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from click.testing import Result

from sqlite_transport.jobs import Jobs

Call = Callable[..., Result]
Told = Callable[..., Any]


def test_a_type_is_paused_and_resumed(told: Told, api: Jobs) -> None:
    paused = told("pause", "--type", "scan")
    assert (paused["kind"], paused["name"]) == ("type", "scan")
    assert [each.paused_at for each in api.controls()] == [paused["paused_at"]]
    assert told("resume", "--type", "scan")["paused_at"] is None


def test_a_queue_is_paused(told: Told, call: Call, api: Jobs, app: Celery) -> None:
    app.tasks["scan"].delay("/films/Heat")
    assert told("pause", "--queue", "celery")["kind"] == "queue"
    api.broker.database.write("UPDATE control SET paused_at = paused_at - 7200", ())
    assert "paused 2 h ago" in call("limits").stdout
    assert [each.name for each in api.controls()] == ["celery"]


def test_a_limit_is_set_and_what_is_not_said_stays(told: Told) -> None:
    told("limit", "--type", "scan", "--concurrency", 2, "--rate", "30/m")
    limited = told("limit", "--type", "scan", "--per-key", 1)
    assert [limited[each] for each in ("concurrency", "key_concurrency", "rate")] == [2, 1, 0.5]
    lifted = told("limit", "--type", "scan", "--concurrency", "none", "--rate", "none")
    assert [lifted[each] for each in ("concurrency", "key_concurrency", "rate")] == [None, 1, None]


def test_a_breaker_is_set_closed_and_taken_away(told: Told, call: Call) -> None:
    breaker = told("breaker", "--type", "scan", "--failures", 3)
    assert (breaker["breaker_failures"], breaker["breaker_seconds"]) == (3, 60.0)
    assert "breaker at 3 failures for 1 m" in call("limits").stdout
    assert told("breaker", "--type", "scan", "--close")["breaker_failures"] == 3
    assert told("breaker", "--type", "scan", "--off")["breaker_failures"] is None


def test_all_limits_are_shown(call: Call, told: Told) -> None:
    told("limit", "--type", "scan", "--concurrency", 2, "--per-key", 1, "--rate", "0.5/h")
    told("pause", "--type", "scan")
    (line,) = (each for each in call("limits").stdout.splitlines() if "scan" in each)
    assert "2 at once, 1 per key, 0.5/h" in line
    assert told("limits")["items"][0]["name"] == "scan"


@pytest.mark.parametrize("rate", ["10/s", "100/m", "1000/h", "0.5/h", "1/m"])
def test_a_rate_is_shown_as_it_was_given(call: Call, rate: str) -> None:
    assert f" {rate} " in call("limit", "--type", "scan", "--rate", rate).stdout


def test_nothing_is_limited(call: Call) -> None:
    result = call("limits")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Nothing is paused or limited.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("pause",),
        ("pause", "--type", "scan", "--queue", "celery"),
        ("limit", "--type", "scan"),
        ("limit", "--type", "scan", "--rate", "fast"),
        ("limit", "--type", "scan", "--rate", "0/s"),
        ("limit", "--type", "scan", "--concurrency", "0"),
        ("limit", "--type", "scan", "--concurrency", "two"),
        ("breaker", "--type", "scan"),
        ("breaker", "--failures", "3"),
        ("breaker", "--type", "scan", "--failures", "0"),
        ("breaker", "--type", "scan", "--off", "--close"),
        ("breaker", "--type", "scan", "--off", "--failures", "3"),
    ],
)
def test_a_wrong_command_line_changes_nothing(
    call: Call, api: Jobs, arguments: tuple[str, ...]
) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert api.controls() == []


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_an_unknown_type_is_refused(call: Call, verb: str) -> None:
    result = call(verb, "--type", "scna")
    assert result.exit_code == 4
    assert result.stderr.startswith("Error: no task 'scna' is known, but publish, ")


def test_a_queue_has_no_rate(call: Call, app: Celery) -> None:
    app.tasks["scan"].delay("/films/Heat")
    result = call("limit", "--queue", "celery", "--rate", "1/s")
    assert result.exit_code == 4
    assert "limit a type instead" in result.stderr


def test_a_type_is_paused_whose_module_is_broken(call: Call, app: Celery, tmp_path: Path) -> None:
    app.conf.imports = ["no_such_module_of_tasks"]
    result = call("pause", "--type", "scan")
    assert result.exit_code == 0
    assert "Types may be missing" in result.stderr
    assert "no_such_module_of_tasks" in result.stderr

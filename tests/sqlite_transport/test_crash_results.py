"""`kill -9` at every step of storing a result and of returning a chord's part.

What the process leaves is the state before or the state after, never half of
it; and when the task runs again, as it does with `task_acks_late`, the chord's
body is sent exactly once.
"""

from pathlib import Path
from typing import Any

import pytest
from crashes.stage import Stage

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

BODY = ["body", [[0, 1]]]
ERRBACK = ["errback", ["the-body"]]


def look(stage: Stage, database: Path) -> Any:
    seen = stage.forks.well("look_at_results", database)["result"]
    assert seen["integrity"] == "ok"
    return seen


def test_a_result_is_there_or_not(stage: Stage) -> None:
    seen = set()
    for database in stage.kills("store"):
        seen.add(look(stage, database)["results"].get("task"))
        stage.forks.well("store", database)
        assert look(stage, database)["results"] == {"task": "SUCCESS"}
    assert {None, "SUCCESS"} <= seen <= {None, "PROGRESS", "SUCCESS"}


def test_a_part_returns_with_its_result(stage: Stage) -> None:
    for database in stage.kills("return_first", "begin"):
        seen = look(stage, database)
        returned = seen["chord"] == [[2, 1, 0]]
        assert seen["results"] == ({"part-0": "SUCCESS"} if returned else {})
        for scenario in ("return_first", "return_last"):
            stage.forks.well(scenario, database)
        assert look(stage, database)["sent"] == [BODY]


def test_the_last_part_sends_the_body_once(stage: Stage) -> None:
    outcomes = set()
    for database in stage.kills("return_last", "begin", "return_first"):
        seen = look(stage, database)
        is_sent = seen["sent"] == [BODY]
        outcomes.add(is_sent)
        assert is_sent or seen["sent"] == []
        assert ("part-1" in seen["results"]) == is_sent
        assert seen["chord"][0][2] == is_sent
        for scenario in ("return_last", "return_first", "return_last"):
            stage.forks.well(scenario, database)
        assert look(stage, database)["sent"] == [BODY]
    assert outcomes == {True, False}


def test_a_failed_part_calls_the_errback_once(stage: Stage) -> None:
    for database in stage.kills("fail_last", "begin", "return_first"):
        seen = look(stage, database)
        is_sent = seen["sent"] == [ERRBACK]
        assert is_sent or seen["sent"] == []
        assert ("part-1" in seen["results"]) == is_sent
        assert not is_sent or seen["results"]["the-body"] == "FAILURE"
        for _ in range(2):
            stage.forks.well("fail_last", database)
        after = look(stage, database)
        assert after["sent"] == [ERRBACK]
        assert after["results"]["the-body"] == "FAILURE"

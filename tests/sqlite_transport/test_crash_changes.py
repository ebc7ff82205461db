"""`kill -9` at every step of what an operator changes: it is done, or it is not."""

from pathlib import Path
from typing import Any

import pytest
from crashes.scenarios import IDS
from crashes.stage import Stage

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

Seen = dict[str, dict[str, Any]]


def look(stage: Stage, database: Path) -> Seen:
    stage.look(database)  # the file is whole
    found: Seen = stage.forks.well("look_at_jobs", database)["result"]
    return found


def finish(stage: Stage, database: Path) -> tuple[list[str], Seen]:
    """Let the next consumer do what is left; return what it was handed, and how all is then."""
    after = stage.forks.well("finish", database)["result"]
    assert after["integrity"] == "ok"
    assert after["queue"] == []
    assert after["bells"] == []
    handed = sorted(task for _, task in after["handled"])
    assert len(handed) == len(set(handed)), "each once"
    return handed, look(stage, database)


def test_an_update_and_a_promotion(stage: Stage) -> None:
    seen = set()
    for database in stage.kills("update", "fill_with_tasks"):
        job = look(stage, database)[IDS[0]]
        state = (job["priority"], job["status"], job["is_due"], job["has_eta"], job["arguments"])
        assert state in ((0, "pending", 0, 0, ["old"]), (1, "scheduled", 1, 1, ["new"]))
        seen.add(state[1])
        stage.forks.well("promote", database)
        assert finish(stage, database)[0] == sorted(IDS)
    assert seen == {"pending", "scheduled"}


def test_a_promotion(stage: Stage) -> None:
    seen = set()
    for database in stage.kills("promote", "fill_with_tasks", "update"):
        job = look(stage, database)[IDS[0]]
        state = (job["status"], job["has_eta"])
        assert state in (("scheduled", 1), ("pending", 0))
        seen.add(state[0])
        stage.forks.well("promote", database)
        assert finish(stage, database)[0] == sorted(IDS)
    assert seen == {"pending", "scheduled"}


@pytest.mark.parametrize(
    ("scenario", "before"),
    [
        ("cancel_waiting", ["fill"]),
        ("cancel_running", ["fill"]),
        ("cancel_the_dead_ones", ["fill", "die_with_claims"]),
    ],
)
def test_what_was_cancelled_is_not_handed_out(
    stage: Stage, scenario: str, before: list[str]
) -> None:
    seen = set()
    for database in stage.kills(scenario, *before):
        job = look(stage, database)[IDS[0]]
        cancelled = bool(job["is_unwanted"] or job["has_ended"])
        seen.add(cancelled)
        handed, after = finish(stage, database)
        assert handed == sorted(IDS)[cancelled:]
        assert after[IDS[0]]["status"] == ("cancelled" if cancelled else "completed")
    assert seen == {True, False}


def test_each_of_all_is_cancelled_or_not(stage: Stage) -> None:
    left = set()
    for database in stage.kills("cancel_all", "fill"):
        waiting = [task for task, job in look(stage, database).items() if not job["has_ended"]]
        left.add(len(waiting))
        assert finish(stage, database)[0] == sorted(waiting)
    assert {0, len(IDS)} < left, "a crash in the middle leaves some"


def test_a_retry(stage: Stage) -> None:
    seen = set()
    for database in stage.kills("retry", "fill", "consume"):
        job = look(stage, database)[IDS[3]]
        state = (job["status"], job["has_ended"], job["attempts"])
        assert state in (("failed", 1, 0), ("pending", 0, 1))
        seen.add(state[0])
        handed, _ = finish(stage, database)
        assert handed == ([IDS[3]] if state[0] == "pending" else [])
    assert seen == {"failed", "pending"}


def test_all_are_retried_by_two_calls_at_most(stage: Stage) -> None:
    completed = sorted(task for task in IDS if task != IDS[3])
    left = set()
    for database in stage.kills("retry_all", "fill", "consume"):
        before = look(stage, database).values()
        left.add(sum(job["status"] == "pending" for job in before))
        assert all((job["status"] == "pending") == (job["has_ended"] == 0) for job in before)
        stage.forks.well("retry_all", database)
        jobs = look(stage, database)
        assert [jobs[task]["status"] for task in completed] == ["pending"] * len(completed)
        assert all(jobs[task]["attempts"] <= 2 for task in completed)
        assert finish(stage, database)[0] == completed
    assert {0, len(completed)} < left, "a crash in the middle leaves some"

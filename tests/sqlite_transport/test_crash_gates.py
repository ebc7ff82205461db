"""`kill -9` at every step of pausing, limiting, breaking, and of claims that obey."""

from pathlib import Path

import pytest
from crashes.scenarios import IDS
from crashes.stage import Stage

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def every_job_ends_once(stage: Stage, database: Path) -> None:
    """Whatever was left, the next consumer gets it (see `Stage.finish`)."""
    before = stage.finish(database)
    there = [*before["queue"], *before["accepted"], *before["history"]]
    assert sorted(there) == [["jobs", task_id] for task_id in IDS]


def test_limited_jobs_all_come_to_their_end(stage: Stage) -> None:
    for database in stage.kills("work_limited", "fill", "limit"):
        gates = stage.forks.well("look_at_gates", database)["result"]
        assert gates["obeyed"]
        assert gates["controls"] == [["doomed", 0, 2]]
        every_job_ends_once(stage, database)


def test_a_pause_holds_or_does_not(stage: Stage) -> None:
    seen = set()
    for database in stage.kills("pause", "fill"):
        gates = stage.forks.well("look_at_gates", database)["result"]
        assert gates["obeyed"]
        assert gates["controls"] in ([], [["doomed", 1, None]])
        assert gates["controls"] or not gates["blocked"]
        seen.add(bool(gates["controls"]))
        stage.forks.well("resume", database)
        every_job_ends_once(stage, database)
    assert seen == {True, False}


def test_a_resume_is_made_good_by_whoever_comes(stage: Stage) -> None:
    seen = set()
    for database in stage.kills("resume", "fill", "pause"):
        gates = stage.forks.well("look_at_gates", database)["result"]
        assert gates["obeyed"]
        seen.add(bool(gates["controls"]))
        if gates["controls"]:
            stage.forks.well("resume", database)
        every_job_ends_once(stage, database)
    assert seen == {True, False}


def test_a_limit_is_set_or_not(stage: Stage) -> None:
    for database in stage.kills("limit", "fill"):
        gates = stage.forks.well("look_at_gates", database)["result"]
        assert gates["obeyed"]
        assert gates["controls"] in ([], [["doomed", 0, 2]])
        every_job_ends_once(stage, database)

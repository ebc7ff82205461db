"""`kill -9` at every step of a due run: a run that is remembered has its job, and no other has."""

from pathlib import Path
from typing import Any

import pytest
from crashes.scheduling import ENTRIES
from crashes.stage import Stage
from test_crash_points import accepted

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def look(stage: Stage, database: Path) -> Any:
    seen = stage.forks.well("look_at_schedules", database)["result"]
    assert seen["integrity"] == "ok"
    return seen


def test_a_due_run_is_sent_once(stage: Stage) -> None:
    counts = set()
    for database in stage.kills("send_due", "make_due"):
        seen = look(stage, database)
        runs = [each[:4] for each in seen["schedules"] if each[1]]
        assert runs == seen["jobs"], "remembered and sent, or neither"
        assert [each[0] for each in seen["schedules"]] == list(ENTRIES)
        for name, count, _, _, is_recent, _ in seen["schedules"]:
            assert is_recent == count, name
        sent = {f"{name} 1" for name, *_ in runs}
        assert set(accepted(database)) <= sent
        counts.add(len(runs))

        stage.forks.well("send_due", database)

        after = look(stage, database)
        assert [each[:4] for each in after["schedules"]] == sorted(after["jobs"])
        assert len(after["jobs"]) == len(ENTRIES), "the next beat sends the rest, and nothing twice"
        assert all(job in after["jobs"] for job in seen["jobs"])
    assert counts == {0, 1, 2}


def test_a_beat_begins_or_does_not(stage: Stage) -> None:
    """From the creation of the file to the last close."""
    counts = set()
    for database in stage.kills("schedule"):
        seen = look(stage, database)
        names = [each[0] for each in seen["schedules"]]
        assert names in ([], list(ENTRIES))
        assert seen["jobs"] == []
        counts.add(len(names))

        stage.forks.well("schedule", database)

        after = look(stage, database)
        assert [each[0] for each in after["schedules"]] == list(ENTRIES)
        assert after["jobs"] == [], "a new entry waits for its time, whoever died"
    assert counts == {0, 2}

"""`kill -9` at every step of sending a unique task, and of sending with a transaction of one's own.

A job and its key are there together or not at all, and so are the user's rows
and the jobs that were sent with them; and whoever comes next finds the turn free.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from crashes.stage import Stage
from test_crash_points import accepted

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def look(stage: Stage, database: Path) -> Any:
    seen = stage.forks.well("look_at_joined", database)["result"]
    assert seen["integrity"] == "ok"
    return seen


def keys_of(seen: Any) -> list[list[str]]:
    """Return the keys that the unique jobs in the file must hold."""
    held = []
    for kind, task_id, payload in seen["jobs"]:
        if kind == "only":
            title = json.loads(payload)[0][0]
            held.append([f'only {{"title":"{title}"}}', task_id])
    return sorted(held)


def test_a_unique_job_is_there_with_its_key(stage: Stage) -> None:
    counts = set()
    for database in stage.kills("send_unique"):
        seen = look(stage, database)
        assert seen["keys"] == keys_of(seen)
        assert len(seen["jobs"]) == len({key for key, _ in seen["keys"]}) <= 2
        present = {task_id for _, task_id, _ in seen["jobs"]}
        assert {note.partition(" ")[2] for note in accepted(database)} <= present
        counts.add(len(present))

        stage.forks.well("send_unique", database)

        after = look(stage, database)
        assert len(after["jobs"]) == 2
        assert present <= {task_id for _, task_id, _ in after["jobs"]}
    assert counts == {0, 1, 2}


def test_tasks_are_there_with_the_rows_that_they_were_sent_with(stage: Stage) -> None:
    counts = set()
    for database in stage.kills("enqueue", "make_movies"):
        seen = look(stage, database)
        movies = [title for (title,) in seen["movies"]]
        sent = sorted((kind, json.loads(payload)[0][0]) for kind, _, payload in seen["jobs"])
        assert sent == sorted((kind, title) for title in movies for kind in ("only", "plain"))
        assert seen["keys"] == keys_of(seen)
        noted = set(accepted(database)) - {"Undone"}
        assert noted <= set(movies) <= {"Heat", "Ran"}
        counts.add(len(movies))

        stage.forks.well("enqueue", database)

        assert len(look(stage, database)["movies"]) == len(movies) + 2
    assert counts == {0, 1, 2}

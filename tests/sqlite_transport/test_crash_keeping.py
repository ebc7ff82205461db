"""`kill -9` at every step of a backup and of a restore.

A backup is there complete or not at all. After a restore that died, the queue
is what it was or what the backup is, and in both cases sound; and the next one
goes through.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crashes.stage import Stage
from dying import WITH_PARENT
from receiving import eventually

from sqlite_transport.library import sqlite3

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent
WAITING = ["ok", {"pending": 8}]
DONE = ["ok", {"completed": 7, "failed": 1}]


def content(stage: Stage, database: Path) -> Any:
    return stage.forks.well("content", database)["result"]


def test_a_backup_is_complete_or_not_there(stage: Stage) -> None:
    seen = []
    for database in stage.kills("back_up", "fill"):
        found = content(stage, database)
        assert found["queue"] == WAITING
        seen.append(found["backup"])
        assert found["backup"] in (None, WAITING)
        stage.forks.well("back_up", database)
        found = content(stage, database)
        assert (found["backup"], found["partial"]) == (WAITING, [])
    assert None in seen


def test_an_earlier_backup_stays_until_the_next_is_complete(stage: Stage) -> None:
    seen = []
    for database in stage.kills("back_up", "fill", "back_up", "move_on"):
        backup = content(stage, database)["backup"]
        seen.append(backup)
        assert backup in (WAITING, DONE)
    assert WAITING in seen


def test_a_restore_is_done_or_not(stage: Stage) -> None:
    seen = []
    for database in stage.kills("bring_back", "fill", "back_up", "move_on", tail=10):
        found = content(stage, database)
        seen.append(found["queue"])
        assert found["queue"] in (WAITING, DONE)
        assert found["backup"] == WAITING
        assert set(map(repr, found["kept"])) <= {repr(DONE)}
        assert found["queue"] == DONE or found["kept"], "what it was is kept before it goes"
        stage.forks.well("bring_back", database)
        found = content(stage, database)
        assert (found["queue"], found["partial"]) == (WAITING, [])
        assert DONE in found["kept"]
    assert DONE in seen
    assert WAITING in seen


def test_over_a_damaged_queue_too(stage: Stage) -> None:
    seen = []
    for database in stage.kills("bring_back", "fill", "back_up", "spoil", tail=20):
        found = content(stage, database)
        seen.append(found["queue"])
        assert found["queue"] in ("garbage", WAITING)
        assert found["queue"] == "garbage" or found["kept"] == ["garbage"]
        stage.forks.well("bring_back", database)
        assert content(stage, database)["queue"] == WAITING
    assert "garbage" in seen
    assert WAITING in seen


def both_publish(database: Path) -> bool:
    with closing(sqlite3.connect(str(database))) as connection:
        sent = connection.execute("SELECT count(*) FROM job WHERE task_id = 'n-0'").fetchone()
    return bool(sent == (2,))


@pytest.fixture
def neighbours(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that publish all the time, and are not asked."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def test_beside_publishers_that_live_on(
    stage: Stage, neighbours: list[subprocess.Popen[bytes]]
) -> None:
    """They have the file open, and its log, when the restore dies."""
    database = stage.database("fill", "back_up", "move_on")
    command = [*WITH_PARENT, sys.executable, "-m", "crashes.keeping", str(database)]
    neighbours += [subprocess.Popen(command, cwd=HERE) for _ in range(2)]
    eventually(lambda: both_publish(database))
    steps = stage.forks.well("bring_back", database)["steps"]
    stride = 1 if stage.long else max(1, steps // 30)
    kills = 0
    for step in range(1, steps + 1, stride):
        status = stage.forks.run("bring_back", database, step, bool(step % 2))["status"]
        assert status in (-9, 0)
        kills += status == -9
        assert [each.poll() for each in neighbours] == [None, None]
        assert content(stage, database)["queue"] == WAITING
    assert kills > steps // stride // 2
    Path(f"{database}.stop").touch()
    assert [each.wait(240) for each in neighbours] == [0, 0]
    assert content(stage, database)["queue"] == WAITING

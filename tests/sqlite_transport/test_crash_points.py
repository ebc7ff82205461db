"""`kill -9` at every step: what a process leaves when it dies, wherever that is.

A shim (crashes/crash.c) kills the process at its N-th call that changes or
locks a file; odd calls that write are torn in the middle. The short form
takes a sample of all N, the long one every N, torn and not.
"""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crashes.scenarios import IDS
from crashes.stage import Forks, Stage
from dying import WITH_PARENT
from receiving import eventually

HERE = Path(__file__).parent


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_publish_is_all_or_nothing(stage: Stage) -> None:
    """From the creation of the file to the last close."""
    for database in stage.kills("publish"):
        before = stage.finish(database)
        present = {(queue, task_id) for queue, task_id in before["queue"] if task_id}
        assert len(present) == len(before["queue"]), "nothing is there twice"
        check_publish(present, accepted(database))


PUBLISHES: dict[str, set[tuple[str, str]]] = {
    "one": {("left", "one")},
    "both": {("left", "both"), ("right", "both")},
    "batch": {("right", f"batch-{number}") for number in range(3)},
}


def check_publish(present: set[tuple[str, str]], accepted: list[str]) -> None:
    under_way = 0
    for name, messages in PUBLISHES.items():
        found = present & messages
        assert found in (set(), messages), "a publish is stored as a whole or not at all"
        assert found or name not in accepted, "what was accepted is there"
        under_way += bool(found) and name not in accepted
    assert under_way <= 1, "nothing is stored that nobody published yet"


def accepted(database: Path) -> list[str]:
    """Return what was noted after each publish (see `Notes`)."""
    notes = Path(f"{database}.accepted")
    if not notes.exists():
        return []
    lines = [line for line in notes.read_text().splitlines() if line]
    return [line[1:-1] for line in lines if len(line) > 1 and line[-1] == '"']


def every_job_is_in_one_place(seen: Any) -> None:
    places = seen["queue"] + seen["accepted"] + seen["history"]
    assert sorted(places) == [["jobs", task_id] for task_id in IDS], "none lost and none doubled"


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("scenario", "before"),
    [
        ("consume", ["fill"]),
        ("work", ["fill"]),
        ("restore", ["fill", "die_with_claims"]),
        ("purge", ["fill", "die_with_claims"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_claimed_jobs_come_back_and_settled_ones_do_not(
    stage: Stage, scenario: str, before: list[str]
) -> None:
    for database in stage.kills(scenario, *before):
        seen = stage.finish(database)
        every_job_is_in_one_place(seen)
        attempts = [tuple(attempt) for attempt in seen["attempts"]]
        assert len(attempts) == len(set(attempts)), "an attempt is told once"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_history_goes_from_its_old_end(stage: Stage) -> None:
    completed = [["jobs", task_id] for task_id in IDS if task_id != IDS[3]]
    for database in stage.kills("prune", "fill", "consume"):
        left = stage.finish(database)["history"]
        assert [entry for entry in left if entry in completed], "the newest one stays"


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that works on the file all the time, and has no idea of the deaths around it."""
    process = subprocess.Popen(
        [*WITH_PARENT, sys.executable, "-m", "crashes.scenarios", tmp_path / "queue.db"], cwd=HERE
    )
    yield process
    process.kill()
    process.wait()


def size_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_living_notice_nothing(
    stage: Stage, forks: Forks, neighbour: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """Publishers and consumers die beside one that lives; every job ends once."""
    database = tmp_path / "queue.db"
    chance = random.Random(9)
    steps = {
        name: forks.well(name, stage.database("fill"))["steps"]
        for name in ("publish_more", "consume_some")
    }
    notes = Path(f"{database}.accepted")
    kills = 0
    for _ in range(10_000 if stage.long else 100):
        # One dies each time that the neighbour, and nobody else just now, has got on.
        before = size_of(notes)
        eventually(lambda before=before: size_of(notes) > before)
        name = chance.choice(list(steps))
        step = chance.randint(1, steps[name])
        status = forks.run(name, database, step, chance.random() < 0.5)["status"]
        assert status in (-9, 0)
        kills += status == -9
        assert neighbour.poll() is None, "the neighbour must live on"
    Path(f"{database}.stop").touch()
    assert neighbour.wait(240) == 0
    assert kills >= 50
    stage.finish(database)
    ended = [task_id for _, task_id in stage.look(database)["history"]]
    assert len(ended) == len(set(ended))
    noted = set(accepted(database))
    assert len(noted) > kills, "the kills must not come before anything is accepted"
    assert noted <= set(ended)

"""Webhooks that many processes take at once, and processes that are killed while they do."""

import json
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from killing import killed_at
from webhook_bodies import DOWNLOAD, EPISODE_DOWNLOAD, MOVIE_DELETE
from webhook_rows import Rows

from media.errors import PathNotMappedError
from media.settings import Settings
from media.webhooks import Received, receive

PROCESSES = 8
TAKE = """
import json, sys
from pathlib import Path
from media.library import connection
from media.settings import Settings
from media.webhooks import receive

connection.BUSY_SECONDS = 300  # each of them waits for all the others
settings = Settings.model_validate(json.loads(sys.argv[1]))
payload, jobs = json.loads(sys.argv[2]), sys.argv[3:]
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps([receive(payload, settings, job).as_json() for job in jobs]))
"""


def taken_at_once(payload: Any, settings: Settings, jobs: list[list[str]]) -> list[dict[str, Any]]:
    """Let a process for each list of `jobs` take the payload at the same moment."""
    text = settings.model_dump_json(include={"libraries", "path_mappings", "library_database"})
    text = json.dumps(json.loads(text) | {"webhook_window_seconds": 3600})
    command = [sys.executable, "-c", TAKE, text, json.dumps(payload)]
    with ExitStack() as stack:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        processes = [
            stack.enter_context(subprocess.Popen([*command, *own], **pipes)) for own in jobs
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [one for process in processes for one in json.loads(process.communicate()[0])]


@pytest.mark.parametrize("payload", [DOWNLOAD, EPISODE_DOWNLOAD], ids=["radarr", "sonarr"])
def test_the_same_event_in_eight_processes_is_one_job(
    payload: dict[str, Any], settings: Settings, rows: Rows
) -> None:
    jobs = [[f"{process}-{number}" for number in range(3)] for process in range(PROCESSES)]
    answers = taken_at_once(payload, settings, jobs)
    assert len(answers) == 3 * PROCESSES
    assert sum("next" in answer for answer in answers) == 1
    assert sorted(rows.outcomes())[:-1] == ["duplicate"] * (3 * PROCESSES - 1)
    assert len(rows.changes()) == (payload is EPISODE_DOWNLOAD)


def test_one_job_in_eight_processes_has_one_row_and_one_answer(
    settings: Settings, rows: Rows
) -> None:
    answers = taken_at_once(EPISODE_DOWNLOAD, settings, [["job"]] * PROCESSES)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["next"] == "notify"
    assert (rows.outcomes(), len(rows.changes())) == (["notify-queued"], 1)


def state(rows: Rows, movie: int) -> tuple[object, ...]:
    deleted_at, reason = rows.deleted(movie)
    return rows.outcomes(), rows.changes(), deleted_at is not None, reason


def answered(received: Received) -> dict[str, object]:
    return {key: value for key, value in received.as_json().items() if key != "start_at"}


@pytest.mark.parametrize(
    "payload",
    [DOWNLOAD, EPISODE_DOWNLOAD, MOVIE_DELETE],
    ids=["download", "sonarr", "delete"],
)
def test_killed_before_any_statement_and_run_again_it_ends_the_same(
    payload: dict[str, Any], settings: Settings, tmp_path: Path
) -> None:
    directory = str(tmp_path / "movies" / "Sintel (2010)")

    def fresh(number: int) -> tuple[Settings, Rows, int]:
        database = {"library_database": tmp_path / f"{number}.db"}
        own = settings.model_copy(update=database)
        rows = Rows(own)
        return own, rows, rows.add_movie(directory)

    own, rows, movie = fresh(-1)
    undisturbed = answered(receive(payload, own, "job")), state(rows, movie)
    for statement in range(100):
        own, rows, movie = fresh(statement)
        before = state(rows, movie)
        killed = killed_at(statement, lambda own=own: receive(payload, own, "job"))
        assert state(rows, movie) in (before, undisturbed[1])
        assert (answered(receive(payload, own, "job")), state(rows, movie)) == undisturbed
        if not killed:
            break
    assert 4 < statement < 99


def test_a_failure_killed_before_any_statement_is_recorded_the_next_time(
    settings: Settings, tmp_path: Path
) -> None:
    def take(own: Settings) -> None:
        with suppress(PathNotMappedError):
            receive(DOWNLOAD, own, "job")

    for statement in range(100):
        database = {"library_database": tmp_path / f"{statement}.db", "path_mappings": {}}
        own = settings.model_copy(update=database)
        Rows(own).outcomes()
        killed = killed_at(statement, lambda own=own: take(own))
        with pytest.raises(PathNotMappedError):
            receive(DOWNLOAD, own, "job")
        assert Rows(own).outcomes() == ["path-not-mapped"]
        if not killed:
            break
    assert 2 < statement < 99

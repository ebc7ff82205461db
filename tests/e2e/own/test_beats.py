"""`celery beat` with its state in the file: killed, twice, and after a time without it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sqlite_transport.database import open_database
from sqlite_transport.jobs import Jobs, Schedule, open_jobs

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.process import LocalProcess
from ..local.waiting import eventually

pytestmark = on_sqlite_only

EVERY = 0.2
OFTEN = {
    "often": {
        "task": "note",
        "schedule": EVERY,
        "args": ["often"],
        "options": {"overlap": True},
    }
}
NIGHT = {"night": {"task": "note", "schedule": ["0 3 * * *", "Europe/Berlin"], "args": ["night"]}}

#: Starts a beat with a schedule.
Beats = Callable[[dict[str, Any]], LocalProcess]


@pytest.fixture
def settings() -> dict[str, object]:
    return {"beat_scheduler": "sqlite_transport.beat:Scheduler", "result_expires": None}


@pytest.fixture
def jobs(deployment: Deployment) -> Iterator[Jobs]:
    jobs = open_jobs(deployment.app)
    yield jobs
    deployment.app.pool.force_close_all()
    open_database(jobs.broker.database.path).close()


@pytest.fixture
def beats(deployment: Deployment) -> Beats:
    def beats(schedule: dict[str, Any]) -> LocalProcess:
        return deployment.start("beat", "-l", "DEBUG", settings={"beat_schedule": schedule})

    return beats


def entry(jobs: Jobs, name: str) -> Schedule | None:
    return next((each for each in jobs.schedules() if each.name == name), None)


def runs(jobs: Jobs, name: str) -> int:
    found = entry(jobs, name)
    return found.run_count if found else 0


def sent(jobs: Jobs) -> int:
    database = jobs.broker.database
    count: int = database.read("SELECT count(*) FROM job WHERE type = 'note'")[0][0]
    return count


def seen_at(jobs: Jobs, name: str) -> float:
    """Return up to when the entry was dealt with, before its first run too."""
    sql = "SELECT last_run_at FROM schedule WHERE name = ?"
    moment: float = jobs.broker.database.read(sql, (name,))[0][0]
    return moment


def let_pass(jobs: Jobs, seconds: float) -> None:
    """Have the last run of all entries be longer ago."""
    sql = "UPDATE schedule SET last_run_at = last_run_at - ?1, due_at = due_at - ?1"
    jobs.broker.database.write(sql, (seconds,))


def test_a_run_that_was_missed_is_made_up_once(
    deployment: Deployment, jobs: Jobs, beats: Beats
) -> None:
    deployment.start_worker("-c", "1")
    beat = beats(NIGHT)
    eventually(lambda: entry(jobs, "night"), explain=beat.logs)
    beat.stop()
    assert runs(jobs, "night") == 0
    let_pass(jobs, 10 * 86400)

    for _ in range(2):
        beat = beats(NIGHT)
        eventually(lambda b=beat: b"Waking up" in b.logs(), explain=beat.logs)
        beat.stop()
        assert beat.popen.returncode == 0, beat.logs()

    deployment.journal.expect("done", "night")
    assert (sent(jobs), runs(jobs, "night")) == (1, 1)
    found = entry(jobs, "night")
    assert found is not None
    assert found.due_at is not None
    assert found.last_run_at is not None
    assert found.due_at > found.last_run_at


def test_a_beat_that_is_killed_again_and_again(jobs: Jobs, beats: Beats) -> None:
    """What it has sent it remembers, and what it remembers it has sent."""
    for count in range(1, 6):
        beat = beats(OFTEN)
        eventually(lambda n=count: runs(jobs, "often") > 2 * n, explain=beat.logs)
        beat.kill("SIGKILL")
        assert sent(jobs) == runs(jobs, "often")


def test_two_beats_send_once_and_one_goes_on(jobs: Jobs, beats: Beats) -> None:
    first, second = beats(OFTEN), beats(OFTEN)
    eventually(lambda: entry(jobs, "often"), explain=first.logs)
    begun, before = seen_at(jobs, "often"), runs(jobs, "often")

    def has_sent(beat: LocalProcess) -> bool:
        return b"sent as" in beat.logs()

    eventually(lambda: runs(jobs, "often") > before + 10, explain=second.logs)
    first.kill("SIGKILL")
    count = runs(jobs, "often")
    eventually(lambda: runs(jobs, "often") > count + 5, explain=second.logs)
    second.stop()

    assert second.popen.returncode == 0, second.logs()
    assert has_sent(second)
    assert sent(jobs) == runs(jobs, "often")
    # As many as one beat could have sent in that time.
    assert runs(jobs, "often") - before <= (seen_at(jobs, "often") - begun) / EVERY + 1


def test_a_run_is_left_out_while_the_last_one_runs(
    deployment: Deployment, jobs: Jobs, beats: Beats
) -> None:
    gate = deployment.gate()
    deployment.start_worker("-c", "2")
    beat = beats({"long": {"task": "hold", "schedule": EVERY, "args": ["long", str(gate)]}})
    deployment.journal.expect("started", "long")

    def left_out() -> bool:
        found = entry(jobs, "long")
        return found is not None and bool(found.skipped)

    eventually(left_out, explain=beat.logs)
    let_pass(jobs, 3600)
    eventually(lambda: beat.logs().count(b"left out, for the job") > 3, explain=beat.logs)
    assert len(deployment.journal.entries("started", "long")) == 1
    gate.touch()
    deployment.journal.expect("started", "long", count=2)


def test_the_job_of_a_worker_that_died_is_waited_for(
    deployment: Deployment, jobs: Jobs, beats: Beats
) -> None:
    """It is in the queue, and goes to the next worker."""
    gate = deployment.gate()
    victim = deployment.start_worker("-c", "1")
    beat = beats({"long": {"task": "hold", "schedule": EVERY, "args": ["long", str(gate)]}})
    deployment.journal.expect("started", "long")
    victim.kill("SIGKILL")
    before = beat.logs().count(b"left out, for the job")
    eventually(lambda: beat.logs().count(b"left out, for the job") > before + 2, explain=beat.logs)
    assert runs(jobs, "long") == 1
    deployment.start_worker("-c", "1")
    deployment.journal.expect("started", "long", count=2)
    assert runs(jobs, "long") == 1
    gate.touch()


def test_inside_a_worker(deployment: Deployment, jobs: Jobs) -> None:
    worker = deployment.start_worker("-c", "1", "-B", settings={"beat_schedule": OFTEN})
    deployment.journal.expect("done", "often", count=3)
    worker.kill("SIGTERM")
    assert worker.process.wait() == 0, worker.logs()
    assert sent(jobs) == runs(jobs, "often")


def test_the_command_shows_them(deployment: Deployment, jobs: Jobs, beats: Beats) -> None:
    beat = beats({**NIGHT, **OFTEN})
    eventually(lambda: runs(jobs, "often"), explain=beat.logs)
    beat.stop()
    done = deployment.run("jobs", "schedules", "--json")
    night, often = json.loads(done.stdout)["items"]
    assert night["timing"] == "0 3 * * * Europe/Berlin"
    assert (often["task"], often["last_status"]) == ("note", "pending")
    shown = deployment.run("jobs", "schedules").stdout
    assert "every 0.2 s" in shown
    assert "pending" in shown

"""Pauses, limits and breakers hold over all workers, and over their deaths."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Control, Jobs, open_jobs
from sqlite_transport.task.gated import FRESH

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.journal import Journal
from ..local.tables import Tables
from ..local.waiting import eventually, never

pytestmark = on_sqlite_only

#: For how long the breaker of `shaky` opens, in seconds.
PERIOD = 2


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"imports": ["app.jobs", "app.faults", "app.limited"]}


@pytest.fixture
def jobs(deployment: Deployment) -> Iterator[Jobs]:
    yield open_jobs(deployment.app)
    close_sessions()
    close_databases()


def control_of(jobs: Jobs, name: str) -> Control | None:
    return next((each for each in jobs.controls() if each.name == name), None)


def most_at_once(journal: Journal, prefix: str = "") -> int:
    """How many ran at the same time, at the worst."""
    moments = [
        (entry["at"], change)
        for event, change in (("started", 1), ("done", -1))
        for entry in journal.entries(event)
        if entry["key"].startswith(prefix)
    ]
    running = worst = 0
    for _, change in sorted(moments):
        running += change
        worst = max(worst, running)
    return worst


def test_a_type_runs_only_so_many_at_once_over_all_workers(
    deployment: Deployment, journal: Journal, tables: Tables
) -> None:
    for name in ("a", "b"):
        deployment.start_worker("-c", "4", "-n", f"{name}@%h")
    gate = deployment.gate()
    for number in range(12):
        deployment.send("in_pairs", f"pair{number}", str(gate))
    free = {f"free{number}" for number in range(6)}
    for key in free:
        deployment.send("hold", key, str(gate))

    # None ends before so many have started.
    journal.expect_keys(free, "started")
    eventually(lambda: len(journal.keys_of("started", "pair")) == 2)
    gate.touch()
    journal.expect_keys({f"pair{number}" for number in range(12)})
    assert most_at_once(journal, "pair") == 2
    assert set(journal.times("started").values()) == {1}
    assert tables.rows("job_queue", "status = 'blocked'") == []


def test_a_place_is_free_at_once_when_its_holder_is_killed(
    deployment: Deployment, journal: Journal, jobs: Jobs
) -> None:
    doomed = deployment.start_worker("-c", "2", "-n", "doomed@%h")
    never_there = str(deployment.gate())
    for key in ("first", "second"):
        deployment.send("in_pairs", key, never_there)
        journal.expect("started", key)
    deployment.start_worker("-c", "2", "-n", "other@%h")
    deployment.send("in_pairs", "third", never_there)
    never(lambda: journal.entries("started", "third"))

    doomed.kill()
    # The two come back before the third, being older; either way two places are free.
    journal.expect("started", "first", count=2)
    journal.expect("started", "second", count=2)
    control = control_of(jobs, "in_pairs")
    assert control is not None
    assert (control.concurrency, control.running) == (2, 2)


def test_a_rate_holds_over_all_workers(deployment: Deployment, journal: Journal) -> None:
    for name in ("a", "b"):
        deployment.start_worker("-c", "2", "-n", f"{name}@%h")
    begun = time.time()
    for number in range(25):
        deployment.send("in_steps", f"step{number}")
    journal.expect_some("done", 25)

    # Ten a second. What starts late on a slow machine only makes it longer.
    assert max(entry["at"] for entry in journal.entries("started")) >= begun + 2.4


@pytest.mark.parametrize("acks_late", [True, False], ids=["late", "early"])
def test_a_paused_type_waits_and_others_do_not(
    deployment: Deployment, journal: Journal, jobs: Jobs, acks_late: bool
) -> None:
    worker = deployment.start_worker(
        "-c", "1", settings={"task_acks_late": acks_late, "worker_prefetch_multiplier": 4}
    )
    gate = deployment.gate()
    deployment.send("watched", "running", str(gate))
    journal.expect("started", "running")
    for number in range(3):  # taken ahead by the worker, and not begun
        deployment.send("watched", f"ahead{number}", str(gate))
    eventually(lambda: running(jobs) == 4)

    jobs.pause(type="watched")
    time.sleep(FRESH)  # for so long the process goes by what it was told when it began
    gate.touch()
    journal.expect("done", "running")
    deployment.send("work", "other")
    journal.expect("done", "other")
    never(lambda: len(journal.entries("started")) > 2, within=1.0)
    worker.kill()

    deployment.start_worker("-c", "1")
    deployment.send("work", "another")
    journal.expect("done", "another")
    control = control_of(jobs, "watched")
    assert control is not None
    assert control.blocked == 3
    jobs.resume(type="watched")
    journal.expect_keys({f"ahead{number}" for number in range(3)})
    assert control_of(jobs, "watched") is None
    assert set(journal.times("started").values()) == {1}


def opens_at(jobs: Jobs, name: str) -> float | None:
    control = control_of(jobs, name)
    return None if control is None else control.opens_at


def running(jobs: Jobs) -> int:
    count: int = jobs.broker.database.read(
        "SELECT count(*) FROM job_queue WHERE status = 'processing' AND transient = 0"
    )[0][0]
    return count


def test_a_paused_queue_waits_over_restarts(
    deployment: Deployment, journal: Journal, jobs: Jobs
) -> None:
    worker = deployment.start_worker("-c", "2", "-Q", "celery,films")
    jobs.pause(queue="films")
    deployment.send("work", "film", queue="films")
    deployment.send("work", "other")
    journal.expect("done", "other")
    worker.kill()
    deployment.start_worker("-c", "2", "-Q", "celery,films")
    deployment.send("work", "another")
    journal.expect("done", "another")
    never(lambda: journal.entries("started", "film"))
    jobs.resume(queue="films")
    journal.expect("done", "film")


def test_a_breaker_opens_for_all_workers_and_spends_no_retry(
    deployment: Deployment, journal: Journal, jobs: Jobs, tables: Tables
) -> None:
    for name in ("a", "b"):
        deployment.start_worker("-c", "1", "-n", f"{name}@%h")
    gate = deployment.gate()
    for number in range(6):
        deployment.send("shaky", f"shaky{number}", str(gate))
    opened = eventually(lambda: opens_at(jobs, "shaky")) - PERIOD
    begun = len(journal.entries("started"))

    def probes() -> float:
        """Return how many may have tried by now."""
        return (time.time() - opened) / PERIOD

    deployment.send("work", "other")
    journal.expect("done", "other")
    # At most one that had begun as it opened, and the other worker's one.
    never(lambda: len(journal.entries("started")) > begun + 2 + probes(), within=1.0)
    seen_at = time.time()

    # Time after time one job tries, and all others wait.
    eventually(lambda: (opens_at(jobs, "shaky") or 0) > seen_at + 1.5 * PERIOD)
    gate.touch()
    most = 7 + probes()
    journal.expect_keys({f"shaky{number}" for number in range(6)})
    eventually(lambda: opens_at(jobs, "shaky") is None)
    retries = [row["retry_count"] for row in tables.rows("job_history", "type = 'shaky'")]
    # Three to open it, what two workers had begun by then, and those that tried.
    assert sum(retries) <= most
    assert tables.rows("job_history", "status = 'failed'") == []


def test_failures_that_do_not_count_open_nothing(
    deployment: Deployment, journal: Journal, jobs: Jobs
) -> None:
    deployment.start_worker("-c", "1")
    for number in range(4):
        deployment.send("picky", f"picky{number}")
    journal.expect_keys({f"picky{number}" for number in range(4)}, event="started")
    eventually(lambda: running(jobs) == 0)
    assert opens_at(jobs, "picky") is None

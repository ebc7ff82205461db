"""An operator changes jobs while real workers have them: what was asked for is what happens."""

from collections.abc import Iterator

import pytest
from suspending import suspend

from sqlite_transport.database import open_database
from sqlite_transport.jobs import Job, Jobs, WrongState, open_jobs

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.waiting import eventually, never

pytestmark = on_sqlite_only

LATE, EARLY = {"task_acks_late": True}, {"task_acks_late": False}
ACKS = pytest.mark.parametrize("settings", [LATE, EARLY], ids=["late", "early"])


@pytest.fixture
def jobs(deployment: Deployment) -> Iterator[Jobs]:
    jobs = open_jobs(deployment.app)
    yield jobs
    deployment.app.pool.force_close_all()
    open_database(jobs.broker.database.path).close()


def ended(jobs: Jobs, task_id: str) -> Job:
    def end() -> Job | None:
        job = jobs.get(task_id)
        return job if job.completed_at is not None else None

    return eventually(end, explain=lambda: jobs.get(task_id))


@ACKS
def test_a_running_task_is_terminated(deployment: Deployment, jobs: Jobs) -> None:
    deployment.start_worker("-c", "1")
    task_id = deployment.send("work", "long", 60)
    deployment.journal.expect("started", "long")

    job = jobs.cancel(task_id, wait=60)

    assert (job.status, job.error) == ("cancelled", "terminated by SIGTERM")
    assert job.cancel_requested_at is not None
    deployment.send("note", "after")
    deployment.journal.expect("done", "after")
    assert deployment.journal.keys_of("done") == ["after"]
    assert len(deployment.journal.entries("started", "long")) == 1
    assert deployment.app.AsyncResult(task_id).state == "REVOKED"
    with pytest.raises(WrongState, match="it has ended"):
        jobs.cancel(task_id)


def test_a_prefetched_task_never_begins(deployment: Deployment, jobs: Jobs) -> None:
    deployment.start_worker("-c", "1", settings={"worker_prefetch_multiplier": 4})
    gate = deployment.gate()
    deployment.send("hold", "first", str(gate))
    deployment.journal.expect("started", "first")
    task_id = deployment.send("work", "second", 60)
    eventually(lambda: jobs.get(task_id).status == "processing")

    jobs.cancel(task_id)
    gate.touch()

    assert ended(jobs, task_id).status == "cancelled"
    deployment.journal.expect("done", "first")
    assert deployment.journal.entries("done", "second") == []


@ACKS
def test_a_worker_killed_right_after_the_request(deployment: Deployment, jobs: Jobs) -> None:
    victim = deployment.start_worker("-c", "1")
    task_id = deployment.send("work", "long", 60)
    deployment.journal.expect("started", "long")
    # So that it cannot hear of it.
    suspend(victim.process.pid, jobs.broker.database.path)
    assert jobs.cancel(task_id).status == "processing"
    victim.kill("SIGKILL")

    deployment.start_worker("-c", "1")
    job = ended(jobs, task_id)

    assert job.status == "cancelled"
    assert job.error == "cancelled by an operator, and its worker ended"
    deployment.send("note", "after")
    deployment.journal.expect("done", "after")
    assert len(deployment.journal.entries("started", "long")) == 1


def test_without_any_worker_left(deployment: Deployment, jobs: Jobs) -> None:
    victim = deployment.start_worker("-c", "1")
    task_id = deployment.send("work", "long", 60)
    deployment.journal.expect("started", "long")
    victim.kill("SIGKILL")

    job = jobs.cancel(task_id, wait=60)

    assert job.status == "cancelled"
    assert deployment.app.AsyncResult(task_id).state == "REVOKED"


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_a_pool_that_cannot_terminate(deployment: Deployment, jobs: Jobs, pool: str) -> None:
    """The task ends when it ends, and that is told."""
    deployment.start_worker("-P", pool, "-c", "1")
    gate = deployment.gate()
    task_id = deployment.send("hold", "held", str(gate))
    deployment.journal.expect("started", "held")

    assert jobs.cancel(task_id).status == "processing"
    gate.touch()

    assert ended(jobs, task_id).status == "completed"
    assert len(deployment.journal.entries("done", "held")) == 1


def test_a_retry_of_a_cancelled_task_does_not_come(deployment: Deployment, jobs: Jobs) -> None:
    deployment.start_worker("-P", "threads", "-c", "1")
    gate = deployment.gate()
    task_id = deployment.send("retry_behind", "again", str(gate))
    deployment.journal.expect("started", "again")
    jobs.cancel(task_id)
    gate.touch()

    job = ended(jobs, task_id)

    assert (job.status, job.error, job.retry_count) == ("cancelled", "cancelled by an operator", 1)
    assert [each.status for each in eventually(lambda: jobs.get(task_id).attempts)] == ["retried"]
    never(lambda: len(deployment.journal.entries("started", "again")) > 1)
    eventually(lambda: deployment.app.AsyncResult(task_id).state == "REVOKED")


def test_a_failed_task_runs_again(deployment: Deployment, jobs: Jobs) -> None:
    deployment.start_worker("-c", "1")
    gate = deployment.gate()
    task_id = deployment.send("needs", "film", str(gate))
    number = ended(jobs, task_id).id
    assert jobs.get(number).status == "failed"
    gate.touch()

    jobs.retry(task_id)
    job = ended(jobs, task_id)

    assert (job.id, job.status, job.error, job.retry_count) == (number, "completed", None, 0)
    [before] = job.attempts
    assert (before.status, before.error) == ("failed", "FileNotFoundError: film")
    assert deployment.app.AsyncResult(task_id).get(timeout=60) == "film"


def test_a_cancelled_task_runs_again_in_a_worker_that_remembers_it(
    deployment: Deployment, jobs: Jobs
) -> None:
    """Its retries too: that it was revoked is in the worker's memory for hours."""
    deployment.start_worker("-c", "1")
    gate = deployment.gate()
    task_id = deployment.send("retry_behind", "again", str(gate))
    deployment.journal.expect("started", "again")
    assert jobs.cancel(task_id, wait=60).status == "cancelled"
    gate.touch()

    jobs.retry(task_id)
    job = ended(jobs, task_id)

    assert (job.status, job.retry_count) == ("completed", 1)
    deployment.journal.expect("done", "again")
    assert [each.status for each in job.attempts] == ["cancelled", "retried"]
    # And it can be cancelled anew.
    gate.unlink()
    jobs.retry(task_id)
    deployment.journal.expect("started", "again", count=4)
    assert jobs.cancel(task_id, wait=60).status == "cancelled"


def test_an_update_is_what_runs(deployment: Deployment, jobs: Jobs) -> None:
    first, second, third = (deployment.send("note", key, priority=5) for key in ("a", "b", "c"))
    later = deployment.send("note", "later", countdown=3600)
    jobs.update(third, priority=0)
    jobs.update(first, args=["other"])
    deployment.start_worker("-P", "solo")
    deployment.journal.expect_keys({"other", "b", "c"})

    jobs.promote(later)

    deployment.journal.expect("done", "later")
    assert deployment.journal.keys_of() == ["c", "other", "b", "later"]
    assert ended(jobs, second).status == "completed"
    with pytest.raises(WrongState, match="it has ended"):
        jobs.update(second, priority=1)


def test_a_new_time_wakes_an_idle_worker(deployment: Deployment, jobs: Jobs) -> None:
    deployment.start_worker("-c", "1")
    task_id = deployment.send("note", "soon", countdown=3600)

    job = jobs.get(task_id)
    jobs.update(task_id, due_at=jobs.get(task_id).created_at + 1)

    done = deployment.journal.expect("done", "soon")
    assert done["at"] >= job.created_at + 1


def test_all_of_a_kind(deployment: Deployment, jobs: Jobs) -> None:
    gate = deployment.gate()
    failing = [deployment.send("needs", f"film-reel{number}", str(gate)) for number in range(20)]
    deployment.start_worker("-c", "2")
    for task_id in failing:
        ended(jobs, task_id)
    gate.touch()

    assert jobs.retry_all(type="needs", text="FILM-REEL1") == 11

    deployment.journal.expect_some("done", 11)
    never(lambda: len(deployment.journal.entries("done")) > 11)


def test_stalled_jobs_are_back_at_once(deployment: Deployment, jobs: Jobs) -> None:
    victim = deployment.start_worker("-c", "1", settings={"worker_prefetch_multiplier": 3})
    ids = [deployment.send("work", f"long-{number}", 60) for number in range(3)]
    deployment.journal.expect("started", "long-0")
    eventually(lambda: {jobs.get(each).status for each in ids} == {"processing"})
    assert jobs.reset_stalled() == 0
    victim.kill("SIGKILL")

    assert jobs.reset_stalled() == 3

    assert {jobs.get(each).status for each in ids} == {"pending"}

"""A whole worker is killed; what it held runs elsewhere, at once.

Nothing waits for a timeout: that the owner is dead is known.
"""

import pytest
from suspending import suspend

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.knowing import wait_until_begun
from ..local.tables import Tables
from ..local.waiting import eventually

pytestmark = on_sqlite_only


@pytest.mark.parametrize("pool", ["prefork", "solo", "threads", "gevent"])
def test_running_and_prefetched_tasks_run_elsewhere(deployment: Deployment, pool: str) -> None:
    settings = {"worker_prefetch_multiplier": 4}
    victim = deployment.start_worker("-P", pool, "-c", "2", settings=settings)
    gate = deployment.gate()
    ids = {f"job-{n}": deployment.send("hold", f"job-{n}", str(gate)) for n in range(12)}
    running = 1 if pool == "solo" else 2
    eventually(lambda: len(deployment.journal.entries("started")) == running)
    victim.kill("SIGKILL")
    gate.touch()

    heir = deployment.start_worker("-P", pool, "-c", "2")
    deployment.journal.expect_keys(set(ids))
    done = deployment.journal.entries("done")
    assert {entry["key"]: entry["id"] for entry in done} == ids
    assert {entry["host"] for entry in done} == {heir.hostname()}
    assert set(deployment.journal.times().values()) == {1}


def test_living_worker_takes_over(deployment: Deployment) -> None:
    """It was idle, and hears of the death by itself."""
    gate = deployment.gate()
    victim = deployment.start_worker("-c", "1")
    task_id = deployment.send("hold", "orphan", str(gate))
    deployment.journal.expect("started", "orphan")
    heir = deployment.start_worker("-c", "1")
    victim.kill("SIGKILL")
    deployment.journal.expect("started", "orphan", count=2)
    gate.touch()
    done = deployment.journal.expect("done", "orphan")
    assert (done["id"], done["host"], done["redelivered"]) == (task_id, heir.hostname(), True)


def test_only_the_main_process_is_killed(deployment: Deployment) -> None:
    gate = deployment.gate()
    victim = deployment.start_worker("-c", "2")
    for n in range(4):
        deployment.send("hold", f"job-{n}", str(gate))
    eventually(lambda: len(deployment.journal.entries("started")) == 2)
    victim.process.popen.kill()
    victim.process.wait()
    gate.touch()
    deployment.start_worker("-c", "2")
    deployment.journal.expect_keys({f"job-{n}" for n in range(4)})


def test_long_task_is_never_handed_out_twice(deployment: Deployment) -> None:
    """Its worker lives, so it keeps the task, whatever other workers come."""
    gate = deployment.gate()
    deployment.start_worker("-P", "solo")
    deployment.send("hold", "long", str(gate))
    deployment.journal.expect("started", "long")
    deployment.start_worker("-c", "1")
    deployment.send("note", "other")
    deployment.journal.expect("done", "other")
    gate.touch()
    deployment.journal.expect("done", "long")
    assert len(deployment.journal.entries("started", "long")) == 1


def test_stopped_worker_keeps_its_task(deployment: Deployment, tables: Tables) -> None:
    """A worker that the system suspends is slow, not dead."""
    sleeper = deployment.start_worker("-c", "1")
    gate = deployment.gate()
    deployment.send("hold", "kept", str(gate))
    deployment.journal.expect("started", "kept")
    suspend(sleeper.process.pid, tables.path)
    deployment.start_worker("-c", "1")
    deployment.send("note", "other")
    deployment.journal.expect("done", "other")
    sleeper.kill("SIGCONT")
    gate.touch()
    deployment.journal.expect("done", "kept")
    assert len(deployment.journal.entries("started", "kept")) == 1


def test_early_ack_runs_at_most_once(deployment: Deployment) -> None:
    """Celery's own default: what had been started is not repeated."""
    settings = {"task_acks_late": False}
    victim = deployment.start_worker("-c", "1", settings=settings)
    gate = deployment.gate()
    for n in range(3):
        deployment.send("hold", f"job-{n}", str(gate))
    wait_until_begun(deployment, "job-0")
    victim.kill("SIGKILL")
    gate.touch()
    deployment.start_worker("-c", "1", settings=settings)
    deployment.journal.expect_keys({"job-1", "job-2"})
    assert len(deployment.journal.entries("started", "job-0")) == 1


def test_successful_task_is_not_repeated(deployment: Deployment, tables: Tables) -> None:
    """The worker dies between the result and the ack: `worker_deduplicate_successful_tasks`."""
    settings = {"worker_deduplicate_successful_tasks": True}
    victim = deployment.start_worker("-c", "1", settings=settings)
    task_id = deployment.send("last_words", "once", "worker")
    victim.process.wait()
    assert deployment.app.AsyncResult(task_id).get(timeout=60) == "worker"
    heir = deployment.start_worker("-c", "1", settings=settings)
    heir.wait_for_log("Task already completed successfully.")
    eventually(lambda: not tables.rows("job_queue"))
    assert len(deployment.journal.entries("done", "once")) == 1

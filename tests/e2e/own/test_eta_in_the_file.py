"""A task that is not due waits in the file, not in a worker's memory."""

import time
from collections.abc import Iterator

import pytest

from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs, open_jobs

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.tables import Tables
from ..local.waiting import eventually

pytestmark = on_sqlite_only


@pytest.fixture
def jobs(deployment: Deployment) -> Iterator[Jobs]:
    yield open_jobs(deployment.app)
    close_sessions()
    close_databases()


def test_worker_does_not_hold_it(deployment: Deployment, tables: Tables) -> None:
    deployment.start_worker("-c", "1")
    task_id = deployment.send("note", "far", countdown=3600)
    for n in range(10):
        deployment.send("note", f"now-{n}")
    deployment.journal.expect_keys({f"now-{n}" for n in range(10)})
    [row] = tables.rows("job_queue", "task_id = ?", task_id)
    assert (row["status"], row["session"], row["deliveries"]) == ("scheduled", None, 0)
    inspect = deployment.app.control.inspect(timeout=60, limit=1)
    assert list(inspect.scheduled().values()) == [[]]
    assert list(inspect.reserved().values()) == [[]]


def test_it_outlives_its_workers(deployment: Deployment, jobs: Jobs) -> None:
    worker = deployment.start_worker("-c", "1")
    task_id = deployment.send("note", "due", countdown=3600)
    deployment.send("note", "now")
    deployment.journal.expect("done", "now")
    worker.kill("SIGKILL")
    deployment.start_worker("-c", "1")
    jobs.update(task_id, due_at=time.time() + 1)
    deployment.journal.expect("done", "due")
    assert len(deployment.journal.entries("done", "due")) == 1


def test_many_do_not_fill_the_worker(deployment: Deployment) -> None:
    """A prefetch window of one, a hundred tasks ahead that are not due, and work goes on."""
    deployment.start_worker("-P", "solo")
    for n in range(100):
        deployment.send("note", f"far-{n}", countdown=3600)
    deployment.send("note", "now")
    deployment.journal.expect("done", "now")


def test_revoked_before_it_is_due(deployment: Deployment, jobs: Jobs, tables: Tables) -> None:
    deployment.start_worker("-c", "1")
    task_id = deployment.send("note", "unwanted", countdown=3600)
    deployment.app.control.revoke(task_id, reply=True, timeout=60, limit=1)
    jobs.promote(task_id)
    eventually(lambda: not tables.rows("job_queue", "task_id = ?", task_id))
    assert deployment.app.AsyncResult(task_id).state == "REVOKED"
    assert not deployment.journal.entries("done")

"""What a producer can ask for with a task."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import chain, chord, group
from celery.exceptions import TimeLimitExceeded

from ..local.deployment import Deployment
from ..local.worker import LocalWorker

pytestmark = pytest.mark.usefixtures("celery_worker_cluster")


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex[:8]


def test_countdown(deployment: Deployment, key: str) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    deployment.send("note", key, countdown=1)
    assert deployment.journal.expect("done", key)["at"] >= due.timestamp()


def test_eta(deployment: Deployment, key: str) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    deployment.send("note", key, eta=due)
    assert deployment.journal.expect("done", key)["at"] >= due.timestamp()


def test_expired_task_does_not_run(deployment: Deployment, key: str) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    deployment.send("note", f"{key}-expired", expires=past)
    deployment.send("note", f"{key}-in-time", expires=3600)
    deployment.journal.expect("done", f"{key}-in-time")
    for queue in ("left", "right"):
        deployment.send("note", f"{key}-{queue}", queue=queue)
        deployment.journal.expect("done", f"{key}-{queue}")
    assert f"{key}-expired" not in deployment.journal.keys_of()


def test_task_goes_to_the_named_queue(
    deployment: Deployment, key: str, left: LocalWorker, right: LocalWorker
) -> None:
    for worker, queue in ((left, "left"), (right, "right")):
        for n in range(5):
            deployment.send("note", f"{key}-{queue}-{n}", queue=queue)
        deployment.journal.expect_keys({f"{key}-{queue}-{n}" for n in range(5)})
        hosts = {e["host"] for e in deployment.journal.entries("done") if queue in e["key"]}
        assert hosts == {worker.hostname()}


def test_retry_keeps_the_identity(deployment: Deployment, key: str) -> None:
    task_id = deployment.send("flaky", key, 2)
    done = deployment.journal.expect("done", key)
    assert (done["id"], done["retries"]) == (task_id, 2)
    assert [e["retries"] for e in deployment.journal.entries("started", key)] == [0, 1, 2]


def test_retries_are_bounded(deployment: Deployment, key: str) -> None:
    result = deployment.app.send_task("flaky", (key, 100))
    result.get(timeout=60, interval=0.02, propagate=False)
    assert type(result.result).__name__ == "HiccupError"
    assert len(deployment.journal.entries("started", key)) == 6


def test_time_limit(deployment: Deployment, key: str, tmp_path: Path) -> None:
    never = str(tmp_path / "never")
    result = deployment.app.send_task("hold", (key, never), time_limit=0.5)
    result.get(timeout=60, interval=0.02, propagate=False)
    assert isinstance(result.result, TimeLimitExceeded)


def test_link_runs_after_success(deployment: Deployment, key: str) -> None:
    follower = deployment.app.signature("note", (f"{key}-after",), immutable=True)
    deployment.send("work", f"{key}-first", link=follower)
    deployment.journal.expect("done", f"{key}-after")
    assert deployment.journal.keys_of(prefix=key) == [f"{key}-first", f"{key}-after"]


def test_link_error_runs_after_failure(deployment: Deployment, key: str) -> None:
    errback = deployment.app.signature("note", (f"{key}-sorry",), immutable=True)
    deployment.send("broken", key, link_error=errback)
    deployment.journal.expect("done", f"{key}-sorry")


def test_chain_runs_in_order(deployment: Deployment, key: str) -> None:
    steps = [deployment.app.signature("note", (f"{key}-{n}",), immutable=True) for n in range(4)]
    chain(*steps).apply_async()
    deployment.journal.expect("done", f"{key}-3")
    assert deployment.journal.keys_of(prefix=key) == [f"{key}-{n}" for n in range(4)]


def test_group_returns_every_result(deployment: Deployment) -> None:
    members = [deployment.app.signature("add", (n, n)) for n in range(10)]
    results = group(members, app=deployment.app).apply_async()
    assert results.get(timeout=60, interval=0.02) == [2 * n for n in range(10)]


def test_chord_runs_its_body_last(deployment: Deployment) -> None:
    header = [deployment.app.signature("add", (n, n)) for n in range(3)]
    body = deployment.app.signature("collect")
    result = chord(header, app=deployment.app)(body)
    assert result.get(timeout=60, interval=0.02) == 6
    assert deployment.journal.keys_of(prefix="sum=") == ["sum=6"]

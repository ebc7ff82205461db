"""Orders to running workers, each taken back at the end."""

import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from celery.app.control import Control
from pytest_celery import CeleryWorkerCluster

from ..local.deployment import Deployment
from ..local.waiting import eventually, never
from ..local.worker import LocalWorker

BOTH = {"reply": True, "timeout": 60, "limit": 2}


@pytest.fixture
def control(deployment: Deployment, celery_worker_cluster: CeleryWorkerCluster) -> Control:
    return deployment.app.control


@pytest.fixture
def one(left: LocalWorker) -> dict[str, Any]:
    """Address one worker, and wait for its answer alone."""
    return {"destination": [left.hostname()], "reply": True, "timeout": 60, "limit": 1}


def outcomes(replies: list[dict[str, dict[str, str]]]) -> list[str]:
    return [verdict for reply in replies for answer in reply.values() for verdict in answer]


def test_broadcast_is_answered_by_all(
    control: Control, celery_worker_cluster: CeleryWorkerCluster
) -> None:
    replies = control.broadcast("ping", **BOTH)
    answered = {name for reply in replies for name in reply}
    assert answered == {worker.hostname() for worker in celery_worker_cluster}


def test_rate_limit(control: Control, deployment: Deployment) -> None:
    assert outcomes(control.rate_limit("work", "2/s", **BOTH)) == ["ok", "ok"]
    begun = time.time()
    try:
        keys = [f"limited-{n}" for n in range(4)]
        for key in keys:
            deployment.send("work", key, queue="left")
        deployment.journal.expect_keys(set(keys))
    finally:
        assert outcomes(control.rate_limit("work", "0", **BOTH)) == ["ok", "ok"]
    # The first at once. What starts late on a slow machine only makes it longer.
    starts = [deployment.journal.entries("started", key)[0]["at"] for key in keys]
    assert max(starts) >= begun + 1.4


def test_time_limit(control: Control) -> None:
    """Celery takes the order; what it built for the task before keeps the old limit."""
    try:
        assert outcomes(control.time_limit("note", soft=50, hard=60, **BOTH)) == ["ok", "ok"]
    finally:
        assert outcomes(control.time_limit("note", **BOTH)) == ["ok", "ok"]


def test_revoked_task_does_not_run(
    control: Control, deployment: Deployment, tmp_path: Path
) -> None:
    gate, key = tmp_path / "gate", uuid.uuid4().hex
    for n in range(2):
        deployment.send("hold", f"{key}-{n}", str(gate), queue="left")
    deployment.journal.expect_keys({f"{key}-0", f"{key}-1"}, "started")
    revoked = deployment.send("note", f"{key}-revoked", queue="left")
    kept = deployment.send("note", f"{key}-kept", queue="left")
    control.revoke(revoked, **BOTH)
    gate.touch()
    deployment.journal.expect("done", f"{key}-kept")
    eventually(lambda: deployment.app.AsyncResult(revoked).state == "REVOKED")
    assert deployment.app.AsyncResult(kept).get(timeout=60, interval=0.02) == f"{key}-kept"
    assert f"{key}-revoked" not in deployment.journal.keys_of()


def test_running_task_is_terminated(
    control: Control, deployment: Deployment, tmp_path: Path
) -> None:
    task_id = deployment.send("hold", "terminated", str(tmp_path / "never"))
    deployment.journal.expect("started", "terminated")
    control.revoke(task_id, terminate=True, **BOTH)
    eventually(lambda: deployment.app.AsyncResult(task_id).state == "REVOKED")
    deployment.send("note", "after-termination")
    deployment.journal.expect("done", "after-termination")
    assert not deployment.journal.entries("done", "terminated")
    assert len(deployment.journal.entries("started", "terminated")) == 1


def test_pool_grows_and_shrinks(
    control: Control, deployment: Deployment, left: LocalWorker, one: dict[str, Any]
) -> None:
    eventually(lambda: len(left.pool()) == 2)
    assert outcomes(control.pool_grow(1, **one)) == ["ok"]
    eventually(lambda: len(left.pool()) == 3)
    assert outcomes(control.pool_shrink(1, **one)) == ["ok"]
    eventually(lambda: len(left.pool()) == 2)
    deployment.send("note", "after-shrink", queue="left")
    deployment.journal.expect("done", "after-shrink")


def test_consumer_of_a_queue_comes_and_goes(
    control: Control, deployment: Deployment, one: dict[str, Any]
) -> None:
    assert outcomes(control.add_consumer("extra", **one)) == ["ok"]
    deployment.send("note", "extra-1", queue="extra")
    deployment.journal.expect("done", "extra-1")

    assert outcomes(control.cancel_consumer("extra", **one)) == ["ok"]
    deployment.send("note", "extra-2", queue="extra")
    never(lambda: "extra-2" in deployment.journal.keys_of())

    assert outcomes(control.add_consumer("extra", **one)) == ["ok"]
    deployment.journal.expect("done", "extra-2")
    assert outcomes(control.cancel_consumer("extra", **one)) == ["ok"]


def test_unknown_order_is_answered_with_an_error(control: Control, one: dict[str, Any]) -> None:
    [reply] = control.broadcast("no_such_order", **one)
    [answer] = reply.values()
    assert "error" in answer

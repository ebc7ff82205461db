"""Celery's own commands, from another process, with their exit codes."""

import json

import pytest

from ..local.deployment import Deployment
from ..local.worker import LocalWorker

pytestmark = pytest.mark.usefixtures("celery_worker_cluster")


def of(*workers: LocalWorker) -> list[str]:
    """Return the options to wait for these workers' answers, however long they take."""
    return ["-d", ",".join(worker.hostname() for worker in workers), "-t", "60"]


def test_status(deployment: Deployment, left: LocalWorker, right: LocalWorker) -> None:
    done = deployment.run("status", *of(left, right))
    assert done.returncode == 0, done.stderr
    assert f"{left.hostname()}: OK" in done.stdout
    assert f"{right.hostname()}: OK" in done.stdout
    assert "2 nodes online." in done.stdout


def test_inspect(deployment: Deployment, left: LocalWorker, right: LocalWorker) -> None:
    done = deployment.run("inspect", *of(left, right), "ping", "--json")
    assert done.returncode == 0, done.stderr
    pong = {"ok": "pong"}
    assert json.loads(done.stdout) == {left.hostname(): pong, right.hostname(): pong}


def test_inspect_of_nobody_fails(deployment: Deployment) -> None:
    done = deployment.run("inspect", "-d", "nobody@nowhere", "-t", "0.3", "ping")
    assert done.returncode == 69, done.stdout
    assert "No nodes replied" in done.stderr


def test_control(deployment: Deployment, left: LocalWorker, right: LocalWorker) -> None:
    done = deployment.run("control", *of(left, right), "rate_limit", "note", "0")
    assert done.returncode == 0, done.stderr
    assert "new rate limit set successfully" in done.stdout


def test_call(deployment: Deployment) -> None:
    done = deployment.run("call", "note", "--args", '["called"]')
    assert done.returncode == 0, done.stderr
    task_id = done.stdout.strip()
    assert deployment.journal.expect("done", "called")["id"] == task_id


def test_result(deployment: Deployment) -> None:
    task_id = deployment.send("add", 20, 3)
    deployment.app.AsyncResult(task_id).get(timeout=60, interval=0.02)
    done = deployment.run("result", task_id)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "23"


def test_purge(deployment: Deployment) -> None:
    for n in range(3):
        deployment.send("note", f"purged-{n}", queue="unattended")
    first = deployment.run("purge", "-f", "-Q", "unattended")
    assert first.returncode == 0, first.stderr
    assert "Purged 3 messages from 1 known task queue." in first.stdout
    second = deployment.run("purge", "-f", "-Q", "unattended")
    assert "No messages purged" in second.stdout


def test_list_bindings(deployment: Deployment, broker_kind: str) -> None:
    done = deployment.run("list", "bindings")
    assert done.returncode == 0, done.stderr
    assert "celery" in done.stdout
    # On Redis, Celery shows no more than what its own process declared.
    if broker_kind == "sqlite":
        assert {"left", "right"} <= set(done.stdout.split())


def test_report(deployment: Deployment, broker_kind: str) -> None:
    done = deployment.run("report")
    assert done.returncode == 0, done.stderr
    assert f"transport:{broker_kind}" in done.stdout


def test_amqp_shell(deployment: Deployment) -> None:
    declared = deployment.run("amqp", "queue.declare", "shelled", "false", "true")
    assert declared.returncode == 0, declared.stderr + declared.stdout

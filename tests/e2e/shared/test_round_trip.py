"""A task goes out, runs once, and its result comes back."""

from pathlib import Path

from pytest_celery import CeleryTestSetup

from ..local.deployment import Deployment
from ..local.waiting import eventually


def test_setup_is_ready(celery_setup: CeleryTestSetup) -> None:
    assert celery_setup.ready(ping=True, control=True, docker=True)
    assert len(celery_setup.worker_cluster) == 2


def test_result_comes_back(celery_setup: CeleryTestSetup) -> None:
    result = celery_setup.app.send_task("add", (2, 3))
    assert result.get(timeout=60, interval=0.02) == 5


def test_many_tasks_run_exactly_once(celery_setup: CeleryTestSetup, deployment: Deployment) -> None:
    keys = {f"many-{n}" for n in range(200)}
    for key in keys:
        deployment.send("note", key)
    deployment.journal.expect_keys(keys)
    times = deployment.journal.times(prefix="many-")
    assert set(times.values()) == {1}


def test_both_workers_take_part(
    celery_setup: CeleryTestSetup, deployment: Deployment, tmp_path: Path
) -> None:
    """More run at once than one of them could hold."""
    gate = tmp_path / "gate"
    keys = {f"part-{n}" for n in range(12)}
    for key in keys:
        deployment.send("hold", key, str(gate))
    try:
        eventually(lambda: len(deployment.journal.keys_of("started", "part-")) == 4)
        entries = deployment.journal.entries("started")
        hosts = {each["host"] for each in entries if each["key"] in keys}
    finally:
        gate.touch()
    deployment.journal.expect_keys(keys)
    assert hosts == {worker.hostname() for worker in celery_setup.worker_cluster}

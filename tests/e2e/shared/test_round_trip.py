"""A task goes out, runs once, and its result comes back."""

from pytest_celery import CeleryTestSetup

from ..local.deployment import Deployment


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
    hosts = {entry["host"] for entry in deployment.journal.entries("done") if entry["key"] in keys}
    assert hosts == {worker.hostname() for worker in celery_setup.worker_cluster}

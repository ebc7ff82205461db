"""The same tasks in every kind of pool."""

import pytest

from ..local.deployment import Deployment
from ..local.knowing import wait_until_begun

POOLS = {
    "prefork": ["-P", "prefork", "-c", "2"],
    "solo": ["-P", "solo"],
    "threads": ["-P", "threads", "-c", "3"],
    "gevent": ["-P", "gevent", "-c", "3"],
}


@pytest.mark.parametrize("pool", POOLS)
def test_pool(deployment: Deployment, pool: str) -> None:
    if pool == "gevent":
        pytest.importorskip("gevent", reason="gevent is not installed")
    worker = deployment.start_worker(*POOLS[pool])
    keys = {f"note-{n}" for n in range(30)}
    for key in keys:
        deployment.send("note", key)
    deployment.send("work", "later", 0.05, countdown=0.5)
    deployment.send("flaky", "flaky", 1)
    deployment.journal.expect_keys(keys | {"later", "flaky"})
    assert set(deployment.journal.times().values()) == {1}

    inspect = deployment.app.control.inspect(timeout=60, limit=1)
    [stats] = inspect.stats().values()
    assert pool in stats["pool"]["implementation"].replace("concurrency.thread", "threads")

    worker.kill("SIGTERM")
    assert worker.process.wait() == 0, worker.logs()


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
def test_tasks_run_side_by_side(deployment: Deployment, pool: str) -> None:
    """Each holds until the test has seen both running."""
    deployment.start_worker("-P", pool, "-c", "2")
    gate = deployment.gate()
    for key in ("one", "two"):
        deployment.send("hold", key, str(gate))
    deployment.journal.expect_keys({"one", "two"}, "started")
    assert not deployment.journal.entries("done")
    gate.touch()
    deployment.journal.expect_keys({"one", "two"})


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
def test_busy_pool_still_answers(deployment: Deployment, pool: str) -> None:
    deployment.start_worker("-P", pool, "-c", "1")
    gate = deployment.gate()
    for n in range(3):
        deployment.send("hold", f"busy-{n}", str(gate))
    wait_until_begun(deployment, "busy-0")
    inspect = deployment.app.control.inspect(timeout=60, limit=1)
    [active] = inspect.active().values()
    assert len(active) == 1
    gate.touch()
    deployment.journal.expect_keys({f"busy-{n}" for n in range(3)})

"""Pools that change their processes while they work."""

from ..local.deployment import Deployment
from ..local.process import alive
from ..local.waiting import eventually


def test_autoscale(deployment: Deployment) -> None:
    worker = deployment.start_worker("--autoscale=3,1")
    eventually(lambda: len(worker.pool()) == 1)
    gate = deployment.gate()
    keys = {f"job-{n}" for n in range(3)}
    for key in keys:
        deployment.send("hold", key, str(gate))
    deployment.journal.expect_keys(keys, "started")
    eventually(lambda: len(worker.pool()) == 3)
    gate.touch()
    deployment.journal.expect_keys(keys)


def test_max_tasks_per_child(deployment: Deployment) -> None:
    deployment.start_worker("-c", "1", "--max-tasks-per-child", "2")
    keys = {f"job-{n}" for n in range(4)}
    for key in keys:
        deployment.send("note", key)
    deployment.journal.expect_keys(keys)
    done = deployment.journal.entries("done")
    assert len(done) == 4
    assert len({entry["pid"] for entry in done}) == 2


def test_max_memory_per_child(deployment: Deployment) -> None:
    worker = deployment.start_worker("-c", "1", "--max-memory-per-child", "150000")
    [first] = worker.pool()
    deployment.send("hog", "greedy", 200)
    deployment.send("note", "after")
    deployment.journal.expect_keys({"greedy", "after"})
    assert deployment.journal.entries("done", "greedy")[0]["pid"] == first.pid
    eventually(lambda: not alive(first))
    assert deployment.journal.entries("done", "after")[0]["pid"] != first.pid

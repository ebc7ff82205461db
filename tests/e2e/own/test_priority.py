"""Urgent tasks run first: 0 before 9, and in the order of publishing among equals.

None waits behind one that is to run later.
"""

import random

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment

PRIORITIES = [1, 3, 5, 8, 9]


def test_priority(deployment: Deployment) -> None:
    jobs = [(priority, f"p{priority}-{n}") for n in range(4) for priority in PRIORITIES]
    shuffled = random.Random(7).sample(jobs, len(jobs))
    for priority, key in shuffled:
        deployment.send("note", key, priority=priority)
    deployment.start_worker("-P", "solo")
    deployment.journal.expect_keys({key for _, key in jobs})
    expected = [key for _, key in sorted(shuffled, key=lambda job: job[0])]
    assert deployment.journal.keys_of() == expected


@on_sqlite_only
def test_priority_over_several_queues(deployment: Deployment) -> None:
    """A worker of two queues takes the most urgent of both."""
    jobs = [(p, f"{queue}-{p}", queue) for p in PRIORITIES for queue in ("red", "blue")]
    for priority, key, queue in random.Random(7).sample(jobs, len(jobs)):
        deployment.send("note", key, priority=priority, queue=queue)
    deployment.start_worker("-P", "solo", "-Q", "red,blue")
    deployment.journal.expect_keys({key for _, key, _ in jobs})
    ran = [int(key.split("-")[1]) for key in deployment.journal.keys_of()]
    assert ran == sorted(ran)


@on_sqlite_only
def test_urgent_overtakes_while_others_run(deployment: Deployment) -> None:
    deployment.start_worker("-c", "1")
    gate = deployment.gate()
    deployment.send("hold", "running", str(gate))
    deployment.journal.expect("started", "running")
    for n in range(5):
        deployment.send("note", f"normal-{n}", priority=5)
    deployment.send("note", "urgent", priority=1)
    gate.touch()
    deployment.journal.expect_keys({"urgent", *(f"normal-{n}" for n in range(5))})
    assert deployment.journal.keys_of()[1] == "urgent"


def test_sooner_overtakes_later(deployment: Deployment) -> None:
    deployment.start_worker("-c", "1")
    deployment.send("note", "later", countdown=3600)
    deployment.send("note", "sooner", countdown=1)
    deployment.send("note", "now")
    deployment.journal.expect_keys({"now", "sooner"})
    assert "later" not in deployment.journal.keys_of()

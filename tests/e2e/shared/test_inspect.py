"""Questions that every worker answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery.app.control import Inspect
from pytest_celery import CeleryWorkerCluster

from ..local.deployment import Deployment
from ..local.waiting import eventually
from ..local.worker import LocalWorker


@pytest.fixture
def inspect(deployment: Deployment, celery_worker_cluster: CeleryWorkerCluster) -> Inspect:
    """Ask both workers, and wait no longer than both need."""
    control = deployment.app.control
    return control.inspect(timeout=60, limit=len(celery_worker_cluster))


@pytest.fixture
def names(celery_worker_cluster: CeleryWorkerCluster) -> set[str]:
    return {worker.hostname() for worker in celery_worker_cluster}


QUESTIONS: dict[str, Callable[[Any], bool]] = {
    "ping": lambda answer: answer == {"ok": "pong"},
    "active": lambda answer: answer == [],
    "reserved": lambda answer: answer == [],
    "scheduled": lambda answer: answer == [],
    "revoked": lambda answer: isinstance(answer, list),
    "registered": lambda answer: "add" in answer,
    "stats": lambda answer: answer["pool"]["max-concurrency"] == 2,
    "report": lambda answer: "software -> celery" in answer["ok"],
    "conf": lambda answer: answer["task_acks_late"] is True,
    "active_queues": lambda answer: "celery" in {queue["name"] for queue in answer},
    "clock": lambda answer: answer["clock"] > 0,
    "memsample": lambda answer: "B" in answer,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_worker_answers(inspect: Inspect, names: set[str], question: str) -> None:
    said: list[Any] = []

    def is_answered() -> bool:
        """What others have begun may not have ended yet."""
        said.append(getattr(inspect, question)())
        return set(said[-1]) == names and all(map(QUESTIONS[question], said[-1].values()))

    eventually(is_answered, explain=lambda: said[-1])


def test_answer_of_one_worker(deployment: Deployment, left: LocalWorker) -> None:
    inspect = deployment.app.control.inspect([left.hostname()], timeout=60, limit=1)
    assert set(inspect.ping()) == {left.hostname()}


def test_ping_of_nobody_has_no_answer(deployment: Deployment) -> None:
    assert deployment.app.control.inspect(["nobody@nowhere"], timeout=0.3).ping() is None


def test_stats_name_the_broker(inspect: Inspect, broker_kind: str) -> None:
    for answer in inspect.stats().values():
        assert answer["broker"]["transport"] == broker_kind


def test_running_and_waiting_tasks_are_seen(
    deployment: Deployment, inspect: Inspect, left: LocalWorker, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    ids = [deployment.send("hold", f"seen-{n}", str(gate), queue="left") for n in range(4)]
    host = left.hostname()
    try:
        deployment.journal.expect_keys({"seen-0", "seen-1"}, "started")
        eventually(lambda: {r["id"] for r in inspect.active()[host]} == set(ids[:2]))
        eventually(lambda: {r["id"] for r in inspect.reserved()[host]} == set(ids[2:]))
        found = inspect.query_task(*ids)[host]
        assert {task_id: state for task_id, (state, _) in found.items()} == {
            ids[0]: "active",
            ids[1]: "active",
            ids[2]: "reserved",
            ids[3]: "reserved",
        }
    finally:
        gate.touch()
    deployment.journal.expect_keys({f"seen-{n}" for n in range(4)})


def test_revoked_ids_are_listed(deployment: Deployment, inspect: Inspect, names: set[str]) -> None:
    deployment.app.control.revoke("no-such-task", reply=True, timeout=60, limit=2)
    answers = inspect.revoked()
    assert {name for name in names if "no-such-task" in answers[name]} == names

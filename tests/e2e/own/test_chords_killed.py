"""Workers are killed while a chord runs; its body is sent once, and what it says is right."""

import random
import time
from pathlib import Path

import pytest
from celery import chord
from celery.result import AsyncResult
from pytest_celery import CeleryTestBackend

from ..local.broker import FileService, UrlContainer, on_sqlite_only
from ..local.deployment import Deployment
from ..local.tables import Tables
from ..local.waiting import PATIENCE, eventually

pytestmark = on_sqlite_only


@pytest.fixture
def celery_backend(tmp_path: Path) -> CeleryTestBackend:
    """The broker's own file."""
    path = tmp_path / "queue.db"
    return CeleryTestBackend(UrlContainer(FileService("results", path), f"sqlite:///{path}"))


@pytest.fixture
def settings() -> dict[str, object]:
    return {"broker_transport_options": {"max_deliveries": 0}}


def start_chord(deployment: Deployment, size: int, start: int = 0) -> AsyncResult:
    header = [deployment.app.signature("add", (start, number)) for number in range(size)]
    result: AsyncResult = chord(header, app=deployment.app)(deployment.app.signature("collect"))
    return result


def bodies(tables: Tables) -> list[str]:
    return [row["task_id"] for row in tables.rows("job", "type = 'collect'")]


def test_a_chord_runs(deployment: Deployment, tables: Tables) -> None:
    deployment.start_worker("-c", "2")

    result = start_chord(deployment, 20)

    assert result.get(timeout=PATIENCE) == sum(range(20))
    assert bodies(tables) == [result.id]


@pytest.mark.timeout(900)
def test_the_body_is_sent_once_however_often_workers_die(
    deployment: Deployment, tables: Tables
) -> None:
    chance = random.Random(7)
    results = [start_chord(deployment, 25, start) for start in range(6)]
    for _ in range(4):
        worker = deployment.start_worker("-c", "2")
        time.sleep(chance.uniform(0, 0.15))
        worker.kill("SIGKILL")
    deployment.start_worker("-c", "2")

    values = [result.get(timeout=PATIENCE) for result in results]

    assert values == [sum(range(25)) + 25 * start for start in range(6)]
    assert sorted(bodies(tables)) == sorted(result.id for result in results)


def test_a_killed_pool_process_returns_its_part_later(
    deployment: Deployment, tables: Tables
) -> None:
    # It kills its process each time that it runs, so it must not run for ever.
    deployment.start_worker("-c", "2", settings={"broker_transport_options": {}})
    app = deployment.app
    header = [app.signature("last_words", (f"key-{n}", "pool process")) for n in range(1)]
    header += [app.signature("note", (f"key-{n}",)) for n in range(1, 4)]
    result = chord(header, app=app)(app.signature("count"))

    assert result.get(timeout=PATIENCE) == 4
    assert len(tables.rows("job", "type = 'count'")) == 1


def test_with_early_acknowledgement_the_body_has_all_parts_or_is_not_sent(
    deployment: Deployment, tables: Tables
) -> None:
    early = {"task_acks_late": False}
    results = [start_chord(deployment, 25, start) for start in range(4)]
    for pause in (0.02, 0.1):
        worker = deployment.start_worker("-c", "2", settings=early)
        time.sleep(pause)
        worker.kill("SIGKILL")
    deployment.start_worker("-c", "2", settings=early)
    eventually(lambda: not tables.rows("job_queue"))

    sent = bodies(tables)

    assert len(sent) == len(set(sent))
    for result in results:
        parts = {part.id for part in result.parent.results}
        stored = {row["task_id"] for row in tables.rows("result", "status = 'SUCCESS'")}
        assert (parts <= stored) == (result.id in sent)


def test_a_result_comes_to_several_waiting_programs(deployment: Deployment) -> None:
    deployment.start_worker("-c", "1")
    gate = deployment.gate()
    task_id = deployment.send("hold", "shared", str(gate))
    command = ["result", task_id]
    deployment.journal.expect("started", "shared")
    gate.touch()

    assert deployment.app.AsyncResult(task_id).get(timeout=PATIENCE) == "shared"
    assert "shared" in deployment.run(*command).stdout

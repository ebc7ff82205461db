"""Flower shows the workers and what they did."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_celery import CeleryWorkerCluster

from ..local.broker import free_ports
from ..local.deployment import Deployment
from ..local.waiting import eventually

pytest.importorskip("flower", reason="Flower is not installed")


class Flower:
    """Its pages and its API."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"

    def page(self, path: str) -> str:
        with urllib.request.urlopen(self.root + path, timeout=60) as answer:
            return str(answer.read().decode())

    def ask(self, path: str) -> Any:
        return json.loads(self.page(path))

    def post(self, path: str) -> Any:
        request = urllib.request.Request(self.root + path, data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def is_up(self) -> bool:
        try:
            return bool(self.page("/healthcheck"))
        except (urllib.error.URLError, ConnectionError):
            return False


@pytest.fixture
def flower(deployment: Deployment, celery_worker_cluster: CeleryWorkerCluster) -> Iterator[Flower]:
    for port in free_ports():
        process = deployment.start(
            "flower", f"--port={port}", "--address=127.0.0.1", environment=OPEN_API
        )
        flower = Flower(port)
        ended = lambda process=process: process.status == "exited"  # noqa: E731
        eventually(lambda f=flower, ended=ended: ended() or f.is_up(), explain=process.logs)
        if not ended():
            break
    yield flower
    process.stop()


OPEN_API = {"FLOWER_UNAUTHENTICATED_API": "true"}


def test_flower(
    flower: Flower, deployment: Deployment, celery_worker_cluster: CeleryWorkerCluster
) -> None:
    names = {worker.hostname() for worker in celery_worker_cluster}
    eventually(
        lambda: names <= set(flower.ask("/api/workers?status=1")),
        explain=lambda: flower.ask("/api/workers?status=1"),
    )
    task_id = deployment.send("note", "flowered")
    eventually(lambda: flower.ask("/api/tasks").get(task_id, {}).get("state") == "SUCCESS")
    assert all(name in flower.page("/workers") for name in names)
    assert "Tasks" in flower.page("/tasks")
    assert task_id in flower.page(f"/task/{task_id}")

    def consume() -> bool:
        """Tell whether both have answered, each in the second that it has, and what."""
        told = flower.ask("/api/workers?refresh=1")
        queues = {name: told[name].get("active_queues", ()) for name in names}
        return all("celery" in {each["name"] for each in queues[name]} for name in names)

    eventually(consume)
    some = sorted(names)[0]
    assert "message" in flower.post(f"/api/worker/pool/grow/{some}?n=1")
    assert "message" in flower.post(f"/api/worker/pool/shrink/{some}?n=1")

"""Tasks that behave."""

import time
from pathlib import Path

from celery import Task, shared_task

from . import diary

LONGEST = 300.0


@shared_task(name="add")
def add(x: int, y: int) -> int:
    return x + y


@shared_task(name="pytest_celery.vendors.worker.tasks.ping")
def ping() -> str:
    """Answer `CeleryTestSetup.ready(ping=True)`."""
    return "pong"


@shared_task(name="note", bind=True)
def note(self: Task, key: str) -> str:
    diary.write(self, "done", key)
    return key


@shared_task(name="work", bind=True)
def work(self: Task, key: str, seconds: float = 0) -> str:
    diary.write(self, "started", key)
    time.sleep(seconds)
    diary.write(self, "done", key)
    return key


@shared_task(name="hold", bind=True)
def hold(self: Task, key: str, gate: str) -> str:
    """Run until the file `gate` exists."""
    diary.write(self, "started", key)
    wait_for(gate)
    diary.write(self, "done", key)
    return key


def wait_for(gate: str) -> None:
    """Wait until the file exists, but not for ever."""
    deadline = time.monotonic() + LONGEST
    while not Path(gate).exists() and time.monotonic() < deadline:
        time.sleep(0.02)


@shared_task(name="collect", bind=True)
def collect(self: Task, results: list[int]) -> int:
    total = sum(results)
    diary.write(self, "done", f"sum={total}")
    return total


@shared_task(name="count")
def count(results: list[object]) -> int:
    return len(results)

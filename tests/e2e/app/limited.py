"""Tasks that declare limits."""

import time
from pathlib import Path

from celery import shared_task

from sqlite_transport.task import Breaker, Task

from . import diary
from .jobs import wait_for


class Refused(Exception):
    """Another service is down."""


@shared_task(name="in_pairs", base=Task, bind=True, limit_concurrency=2)
def in_pairs(self: Task, key: str, gate: str) -> None:
    """Run until the file `gate` exists, and a moment longer."""
    diary.write(self, "started", key)
    wait_for(gate)
    time.sleep(0.2)
    diary.write(self, "done", key)


@shared_task(name="in_steps", base=Task, bind=True, limit_rate="10/s")
def in_steps(self: Task, key: str) -> None:
    diary.write(self, "started", key)
    diary.write(self, "done", key)


@shared_task(
    name="shaky",
    base=Task,
    bind=True,
    max_retries=20,
    circuit_breaker=Breaker(failures=3, seconds=2, on=(Refused,)),
)
def shaky(self: Task, key: str, gate: str) -> None:
    """Fail until the file `gate` exists."""
    diary.write(self, "started", key)
    if not Path(gate).exists():
        raise self.retry(exc=Refused(key), countdown=0)
    diary.write(self, "done", key)


@shared_task(name="picky", base=Task, bind=True, circuit_breaker=Breaker(failures=2, on=(Refused,)))
def picky(self: Task, key: str) -> None:
    """Fail for a reason that says nothing of other jobs."""
    diary.write(self, "started", key)
    raise ValueError(key)


@shared_task(name="watched", base=Task, bind=True)
def watched(self: Task, key: str, gate: str) -> None:
    """Run until the file `gate` exists."""
    diary.write(self, "started", key)
    wait_for(gate)
    diary.write(self, "done", key)

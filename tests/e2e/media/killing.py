"""Imported by a worker: kills it at the step that it is told, between two statements.

Steps are counted over a whole process: each commit of a database, each file that is renamed or
removed, each job that is sent and each that ends. KILL_AT is the number of the step before
which the process ends; what it counted is in the file KILL_COUNT. KILL_AT_NAME is its name
instead, of the first one after the step KILL_AFTER.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import signals
from sqlalchemy import event
from sqlalchemy.engine import Engine

KILL_AT = int(os.environ.get("KILL_AT", "0"))
KILL_AT_NAME = os.environ.get("KILL_AT_NAME", "")
KILL_AFTER = os.environ.get("KILL_AFTER", "")
COUNT = Path(os.environ["KILL_COUNT"])

_steps = 0
_armed = False


def step(name: str) -> None:
    """Count a step that is about to be taken."""
    global _steps, _armed
    _steps += 1
    with COUNT.open("a") as file:
        file.write(f"{_steps} {name}\n")
    if _steps == KILL_AT or (_armed and name == KILL_AT_NAME):
        os.kill(os.getpid(), signal.SIGKILL)
    _armed = _armed or name == KILL_AFTER


def _counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        step(f"{name} {args[0] if args else ''}")
        return function(*args, **kwargs)

    return counted


for _name in ("replace", "rename", "unlink", "remove"):
    setattr(os, _name, _counting(_name, getattr(os, _name)))


@event.listens_for(Engine, "commit")
def _before_commit(_connection: Any) -> None:
    step("commit")


@signals.before_task_publish.connect
def _before_publish(sender: str, **_: Any) -> None:
    step(f"send {sender}")


@signals.after_task_publish.connect
def _after_publish(sender: str, **_: Any) -> None:
    step(f"sent {sender}")


@signals.task_prerun.connect
def _before_run(task: Any, **_: Any) -> None:
    step(f"begin {task.name}")


@signals.task_postrun.connect
def _after_run(task: Any, **_: Any) -> None:
    step(f"end {task.name}")

"""Messages that a worker rejects because it cannot run them, and why."""

from typing import Any

from celery import signals

from sqlite_transport.history import Outcome
from sqlite_transport.status import FAILED


def connect() -> None:
    """Listen to Celery's words on such messages."""
    signals.task_unknown.connect(_on_unknown)
    signals.task_rejected.connect(_on_rejected)


def _on_unknown(message: Any = None, name: str = "", **_: Any) -> None:
    explain(message, f"NotRegistered: no task {name!r} in this worker")


def _on_rejected(message: Any = None, exc: BaseException | None = None, **_: Any) -> None:
    reason = "not a task message" if exc is None else f"{type(exc).__name__}: {exc}"
    explain(message, f"the worker cannot run it: {reason}")


def explain(message: Any, error: str) -> None:
    """Tell of a message that was rejected just now why it was."""
    delivery = getattr(message, "delivery", None)
    if delivery is not None:
        delivery.outcome = Outcome(FAILED, error)

"""Messages that a worker rejects because it cannot run them, and why."""

from typing import Any

from celery import signals

from sqlite_transport.history import Outcome
from sqlite_transport.status import FAILED
from sqlite_transport.worker import recorder
from sqlite_transport.worker.ended import ended_message


def connect() -> None:
    """Listen to Celery's words on such messages."""
    signals.task_unknown.connect(_on_unknown)
    signals.task_rejected.connect(_on_rejected)


def _on_unknown(sender: Any = None, message: Any = None, name: str = "", **_: Any) -> None:
    explain(message, f"NotRegistered: no task {name!r} in this worker", sender.hostname)


def _on_rejected(
    sender: Any = None, message: Any = None, exc: BaseException | None = None, **_: Any
) -> None:
    reason = "not a task message" if exc is None else f"{type(exc).__name__}: {exc}"
    explain(message, f"the worker cannot run it: {reason}", sender.hostname)


def explain(message: Any, error: str, worker: str) -> None:
    """Tell of a message that was rejected just now why it was."""
    delivery = getattr(message, "delivery", None)
    outcome = Outcome(FAILED, error, worker=worker)
    if delivery is not None:
        delivery.outcome = outcome
    else:
        recorder.note(ended_message(message, outcome))

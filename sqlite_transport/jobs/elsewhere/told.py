"""Celery's events of a task as the events of its job."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlite_transport.event_triggers import LONGEST
from sqlite_transport.jobs.event import Event

NAMES = {
    "task-sent": "job:created",
    "task-started": "job:started",
    "task-succeeded": "job:completed",
    "task-failed": "job:failed",
    "task-rejected": "job:failed",
    "task-revoked": "job:cancelled",
    "task-retried": "job:retried",
}

STATUSES = {
    "task-sent": "pending",
    "task-started": "processing",
    "task-succeeded": "completed",
    "task-failed": "failed",
    "task-rejected": "failed",
    "task-revoked": "cancelled",
    "task-retried": "scheduled",
}

#: Events that come with no other of their task.
ENDS = ("task-succeeded", "task-failed", "task-rejected", "task-revoked")

#: Tasks whose type and queue are remembered.
MOST = 10_000


class Task(NamedTuple):
    """What only the first event of a task says; queue: None if that was not said."""

    type: str | None
    queue: str | None
    retry_count: int


UNKNOWN = Task(None, None, 0)


class Told:
    """Makes events of what workers tell.

    Which type a task is, is said when it is sent and when a worker gets it;
    later events say its id alone.
    """

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._count = 0

    def event(self, told: Mapping[str, Any]) -> Event | None:
        """Return the event, None for what is none of a job."""
        kind, task_id = str(told.get("type")), told.get("uuid")
        if not isinstance(task_id, str):
            return None
        if kind in ("task-sent", "task-received"):
            self._remember(task_id, told)
        task = self._tasks.get(task_id, UNKNOWN)
        name = NAMES.get(kind)
        if name is None:
            return None
        if kind == "task-rejected" and told.get("requeue"):
            name = "job:requeued"
        elif kind in ENDS:
            self._tasks.pop(task_id, None)
        self._count += 1
        moment = float(told["timestamp"])
        return Event(
            self._count, name, task_id, task_id, task.type, task.queue, moment, _data(told, task)
        )

    def _remember(self, task_id: str, told: Mapping[str, Any]) -> None:
        before = self._tasks.pop(task_id, UNKNOWN)
        self._tasks[task_id] = Task(
            told.get("name") or before.type,
            told.get("queue") or before.queue,
            told.get("retries") or 0,
        )
        if len(self._tasks) > MOST:
            self._tasks.popitem(last=False)


def _data(told: Mapping[str, Any], task: Task) -> dict[str, Any]:
    """Return what is said besides, without what is empty, as a file tells it."""
    kind, moment = str(told["type"]), told["timestamp"]
    error = told.get("exception") if kind != "task-revoked" else _why(told)
    data = {
        "status": "pending" if told.get("requeue") else STATUSES[kind],
        "retry_count": task.retry_count,
        "worker": told.get("hostname") if kind != "task-sent" else None,
        "error": None if error is None else str(error)[:LONGEST],
        "started_at": moment if kind == "task-started" else None,
        "completed_at": moment if kind in ENDS and not told.get("requeue") else None,
    }
    return {name: value for name, value in data.items() if value is not None}


def _why(told: Mapping[str, Any]) -> str:
    if told.get("terminated"):
        return f"terminated by {told.get('signum')}"
    return "expired" if told.get("expired") else "revoked"

"""A job as it is shown: its row, decoded."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_transport.arguments import arguments_of
from sqlite_transport.history_store.entry import Entry


@dataclass(frozen=True, slots=True)
class Progress:
    """What a task last said of its progress; total and message as far as it did."""

    done: float
    total: float | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An earlier attempt at a job; see `job_attempt` in docs/tables.md."""

    status: str
    error: str | None
    traceback: str | None
    worker: str | None
    retry_count: int
    started_at: float | None
    completed_at: float


@dataclass(frozen=True, slots=True)
class Job:
    """A job at the moment it was read.

    id: its number; on another broker than `sqlite://` its task's id. Times are
    seconds since 1970 UTC. args and kwargs: None if the payload is not
    Celery's JSON. attempts: only `get` reads them.
    """

    id: int | str
    task_id: str | None
    type: str
    queue: str
    priority: int
    status: str
    args: list[Any] | None
    kwargs: dict[str, Any] | None
    retry_count: int
    max_retries: int | None
    deliveries: int
    created_at: float
    due_at: float | None
    expires_at: float | None
    started_at: float | None
    updated_at: float
    completed_at: float | None
    worker: str | None
    error: str | None
    traceback: str | None
    limit_key: str | None
    blocked_by: str | None
    cancel_requested_at: float | None
    progress: Progress | None
    root_id: str | None
    parent_id: str | None
    attempts: tuple[Attempt, ...] = ()

    @property
    def wait_ms(self) -> float | None:
        """Milliseconds from when it was due until it began."""
        if self.started_at is None:
            return None
        return (self.started_at - (self.due_at or self.created_at)) * 1000

    @property
    def duration_ms(self) -> float | None:
        """Milliseconds from when it began until it ended."""
        if self.started_at is None or self.completed_at is None:
            return None
        return (self.completed_at - self.started_at) * 1000

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        return {**asdict(self), "wait_ms": self.wait_ms, "duration_ms": self.duration_ms}


#: The columns that `job_from` takes, in its order: those that a `Job` has too, and the others.
_PLAIN = (
    "id, task_id, type, queue, priority, status, retry_count, max_retries, deliveries, created_at,"
    " due_at, expires_at, started_at, updated_at, completed_at, worker, error, traceback,"
    " limit_key, blocked_by, cancel_requested_at"
)
_NAMES = _PLAIN.split(", ")
COLUMNS = (
    f"{_PLAIN}, payload, content_type, headers, progress_done, progress_total, progress_message"
)


def job_from(row: tuple[Any, ...], attempts: tuple[Attempt, ...] = ()) -> Job:
    """Make a `Job` of a row of `COLUMNS`."""
    payload, content_type, headers, done, total, message = row[len(_NAMES) :]
    args, kwargs = arguments_of(payload, content_type)
    told = headers_of(headers)
    return Job(
        **dict(zip(_NAMES, row, strict=False)),
        args=args,
        kwargs=kwargs,
        progress=None if done is None else Progress(done, total, message),
        root_id=told.get("root_id"),
        parent_id=told.get("parent_id"),
        attempts=attempts,
    )


#: What an `Entry` has and a `Job` has not.
_UNSHOWN = ("job_id", "payload", "headers", "properties", "content_type", "content_encoding")


def job_of(entry: Entry, number: int | str, attempts: tuple[Attempt, ...] = ()) -> Job:
    """Make a `Job` of its entry in a history elsewhere; number: the job's `id`."""
    told = entry._asdict()
    for name in _UNSHOWN:
        del told[name]
    args, kwargs = arguments_of(entry.payload, entry.content_type)
    return Job(
        **told,
        id=number,
        args=args,
        kwargs=kwargs,
        limit_key=None,
        blocked_by=None,
        cancel_requested_at=None,
        progress=None,
        attempts=attempts,
    )


def headers_of(headers: str) -> Mapping[str, Any]:
    """Return a message's headers, none if they cannot be read."""
    try:
        told = json.loads(headers)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

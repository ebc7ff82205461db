"""Pausing, limiting and breaking: an operator's word on all jobs of a queue or a type."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_transport.controls import (
    FIND,
    KEY,
    QUEUE,
    TYPE,
    find_control,
    find_controls,
    store_control,
)
from sqlite_transport.controls import Control as Row
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.part import Part
from sqlite_transport.limits import read_count, read_rate, read_seconds
from sqlite_transport.queue import COUNT_READY


@dataclass(frozen=True, slots=True)
class Control:
    """What holds for all jobs of a queue or a type; None where nothing does.

    kind: `queue` or `type`. paused_at, opens_at: seconds since 1970 UTC; a
    breaker is open as long as opens_at is not None, and lets one job try after
    that time. rate: starts in a second. failures: in a row, so far. blocked:
    jobs that are ready and held back; running: jobs that workers hold.
    """

    kind: str
    name: str
    paused_at: float | None
    concurrency: int | None
    key_concurrency: int | None
    rate: float | None
    breaker_failures: int | None
    breaker_seconds: float | None
    failures: int
    opens_at: float | None
    blocked: int
    running: int

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        return asdict(self)


#: Of a limit that stays as it is.
UNSAID: Any = object()

BLOCKED = "SELECT count(*) FROM job WHERE status = 'blocked' AND blocked_by >= ? AND blocked_by < ?"
RUNNING = {
    kind: "SELECT count(*) FROM job WHERE session IS NOT NULL AND status = 'processing'"  # noqa: S608
    f" AND transient = 0 AND {column} = ?"
    for kind, column in ((QUEUE, "queue"), (TYPE, "type"))
}
QUEUES = "SELECT name FROM queue ORDER BY name"

#: Whether there was a job of the type lately, among the newest so many.
LATELY = (
    "SELECT EXISTS (SELECT 1 FROM job WHERE type = ?1 AND id > (SELECT max(id) FROM job) - 10000)"
)


class Gating(Part):
    """The part that pauses and limits. Every worker obeys from its next claim on.

    It holds over restarts, until somebody says otherwise.
    """

    def pause(self, *, queue: str | None = None, type: str | None = None) -> Control:  # noqa: A002
        """Let no further job of the queue, or of the type, begin.

        What runs goes on. What a worker has taken and not begun goes back, if
        its task is of `sqlite_transport.task.Task`. Pausing again changes nothing.

        Raises:
            JobError: there is no such queue, or no such type is known.
        """
        return self._change(queue, type, _pause)

    def resume(self, *, queue: str | None = None, type: str | None = None) -> Control:  # noqa: A002
        """Let the jobs of a paused queue or type begin again."""
        return self._change(queue, type, _resume)

    def limit(
        self,
        *,
        queue: str | None = None,
        type: str | None = None,  # noqa: A002
        concurrency: int | None = UNSAID,
        key_concurrency: int | None = UNSAID,
        rate: str | float | None = UNSAID,
    ) -> Control:
        """Limit the jobs of a queue or a type, over all workers; None lifts a limit.

        concurrency: how many workers hold at once, the ones taken ahead among
        them. key_concurrency: how many of a type with the same `limit_key`.
        rate: starts of a type, such as `10/s`, `100/m` or a number a second. What is
        not said stays as it is. The code's word holds again when it changes.

        Raises:
            JobError: no such queue or type, or a limit that cannot be.
        """
        if queue is not None and (key_concurrency is not UNSAID or rate is not UNSAID):
            raise JobError("a queue can have a limit of concurrency only; limit a type instead")
        told = {
            "concurrency": _checked(read_count, "concurrency", concurrency),
            "key_concurrency": _checked(read_count, "key_concurrency", key_concurrency),
            "rate": _checked(read_rate, "rate", rate),
        }

        def change(control: Row) -> None:
            for name, value in told.items():
                if value is not UNSAID:
                    setattr(control, name, value)
            if told["rate"] is not UNSAID:
                control.next_start_at = None

        return self._change(queue, type, change)

    def breaker(
        self,
        type: str,  # noqa: A002
        *,
        failures: int | None = 5,
        seconds: float = 60.0,
    ) -> Control:
        """Let a type alone for so many seconds after so many failures in a row; None for never.

        Raises:
            JobError: no such type, or a number that cannot be.
        """
        count = _checked(read_count, "failures", failures)
        pause = _checked(read_seconds, "seconds", seconds)

        def change(control: Row) -> None:
            control.breaker_failures = count
            control.breaker_seconds = None if count is None else pause
            if count is None:
                _close(control)

        return self._change(None, type, change)

    def close_breaker(self, type: str) -> Control:  # noqa: A002
        """Let the jobs of a type whose breaker is open begin again at once."""
        return self._change(None, type, _close)

    def controls(self) -> list[Control]:
        """Return all that is paused or limited, queues first."""
        found = find_controls(self.broker.database.reader)
        return [self._told(each) for each in sorted(found, key=lambda each: (each.kind, each.name))]

    # -- how ---------------------------------------------------------------

    def _change(
        self,
        queue: str | None,
        type: str | None,  # noqa: A002
        change: Callable[[Row], None],
    ) -> Control:
        kind, name = self._meant(queue, type)
        with self.broker.database.writing as connection:
            control = find_control(connection, kind, name)
            change(control)
            store_control(connection, control)
        self.broker.release(time.time())
        self._wake(kind, name)
        return self._told(control)

    def _meant(self, queue: str | None, type: str | None) -> tuple[str, str]:  # noqa: A002
        if (queue is None) == (type is None):
            raise JobError("name either a queue or a type")
        if queue is not None:
            return QUEUE, self._known_queue(queue)
        return TYPE, self._known_type(str(type))

    def _known_queue(self, name: str) -> str:
        names = [row[0] for row in self.broker.database.read(QUEUES)]
        if name not in names:
            known = [each for each in names if not each.endswith((".pidbox", ".reply"))]
            raise JobError(f"there is no queue {name!r}, but {', '.join(known) or 'none yet'}")
        return name

    def _known_type(self, name: str) -> str:
        read = self.broker.database.read
        known = name in self.app.tasks or read(FIND, (TYPE, name))
        if not known and not read(LATELY, (name,))[0][0]:
            names = sorted(each for each in self.app.tasks if not each.startswith("celery."))
            raise JobError(f"no task {name!r} is known, but {', '.join(names) or 'none'}")
        return name

    def _wake(self, kind: str, name: str) -> None:
        """Have the workers look for jobs that may begin now."""
        with self.broker.database.writing as connection:
            routes = self.broker.topology(connection).routes
            queues = [name] if kind == QUEUE else list(routes)
            waiting = self.broker.waiting_for(connection, queues)
        self.broker.ringer.ring(waiting)

    def _told(self, control: Row) -> Control:
        blocked = 0
        if control.kind == TYPE:
            for start in (f"{TYPE}:{control.name}", f"{KEY}:{control.name}:"):
                end = start + "\0" if start.startswith(TYPE) else start[:-1] + ";"
                blocked += self._count(BLOCKED, start, end)
        elif control.paused_at is not None or control.concurrency is not None:
            blocked = self._count(COUNT_READY, control.name)
        return Control(
            control.kind,
            control.name,
            control.paused_at,
            control.concurrency,
            control.key_concurrency,
            control.rate,
            control.breaker_failures,
            control.breaker_seconds,
            control.failures,
            control.opens_at,
            blocked,
            self._count(RUNNING[control.kind], control.name),
        )

    def _count(self, sql: str, *parameters: object) -> int:
        count: int = self.broker.database.read(sql, parameters)[0][0]
        return count


def _pause(control: Row) -> None:
    if control.paused_at is None:
        control.paused_at = time.time()


def _resume(control: Row) -> None:
    control.paused_at = None


def _close(control: Row) -> None:
    control.failures, control.opens_at, control.probe = 0, None, None


def _checked(check: Callable[..., Any], name: str, value: Any) -> Any:
    if value is UNSAID:
        return UNSAID
    try:
        return check(name, value)
    except ValueError as error:
        raise JobError(str(error)) from None

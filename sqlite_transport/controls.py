"""What holds for all jobs of a queue or a type: the SQL of pauses, limits and breakers.

A row of `control` is both: what was set, and where its rate and its breaker
stand. Each function runs within the caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any

QUEUE, TYPE, KEY = "queue", "type", "key"


@dataclass(slots=True)
class Control:
    """A row of `control`; see docs/tables.md."""

    kind: str
    name: str
    paused_at: float | None = None
    concurrency: int | None = None
    key_concurrency: int | None = None
    rate: float | None = None
    breaker_failures: int | None = None
    breaker_seconds: float | None = None
    declared: str | None = None
    next_start_at: float | None = None
    failures: int = 0
    opens_at: float | None = None
    probe: int | None = None

    @property
    def gate(self) -> str:
        """What a job that it holds back is `blocked_by`."""
        return f"{self.kind}:{self.name}"

    @property
    def is_void(self) -> bool:
        """Whether nothing holds any more."""
        limits = (self.concurrency, self.key_concurrency, self.rate, self.breaker_failures)
        return self.paused_at is None and not self.declared and limits == (None,) * 4


COLUMNS = ", ".join(field.name for field in fields(Control))
FIND_ALL = f"SELECT {COLUMNS} FROM control"  # noqa: S608
FIND = f"{FIND_ALL} WHERE kind = ? AND name = ?"
# No REPLACE: what writes events shall see what was there before.
STORE = (
    f"INSERT INTO control ({COLUMNS})"  # noqa: S608
    f" VALUES ({', '.join('?' * len(fields(Control)))}) ON CONFLICT (kind, name) DO UPDATE SET "
    + ", ".join(f"{field.name} = excluded.{field.name}" for field in fields(Control))
)
DELETE = "DELETE FROM control WHERE kind = ? AND name = ?"

#: Whether a claim has to look at the gates: as long as anything holds, or a job is held back.
IS_CONTROLLED = "SELECT controlled FROM state"
_CONTROLLED = (
    "(EXISTS (SELECT 1 FROM control) OR EXISTS (SELECT 1 FROM job WHERE status = 'blocked'))"
)
# Written only if it is another: each sweep of each process notes it, and sees what has changed.
NOTE_CONTROLLED = f"UPDATE state SET controlled = {_CONTROLLED} WHERE controlled <> {_CONTROLLED}"  # noqa: S608

#: Whether a release has anything to do: jobs to let go on, or to note that all is free again.
IS_HELD_UP = (
    "SELECT EXISTS (SELECT 1 FROM job WHERE status = 'blocked')"
    " OR NOT EXISTS (SELECT 1 FROM control)"
)

_PAUSED_QUEUE = "FROM control WHERE kind = 'queue' AND paused_at IS NOT NULL"
IS_ANY_QUEUE_PAUSED = f"SELECT EXISTS (SELECT 1 {_PAUSED_QUEUE})"
PAUSED_QUEUE_OF = (
    "SELECT queue FROM job WHERE session IS NOT NULL AND status = 'processing'"  # noqa: S608
    f" AND task_id = ? AND retry_count = ? AND queue IN (SELECT name {_PAUSED_QUEUE})"
)

#: What moves by itself: where the rate and the breaker stand.
MOVE = (
    "UPDATE control SET next_start_at = ?, failures = ?, opens_at = ?, probe = ?"
    " WHERE kind = ? AND name = ?"
)


def find_controls(connection: Any) -> list[Control]:
    """Return all of them."""
    return [Control(*row) for row in connection.execute(FIND_ALL).fetchall()]


def find_control(connection: Any, kind: str, name: str) -> Control:
    """Return what holds for this queue or type; a blank one if nothing does."""
    row = connection.execute(FIND, (kind, name)).fetchone()
    return Control(*row) if row else Control(kind, name)


def store_control(connection: Any, control: Control) -> None:
    """Have it hold from now on; one that says nothing goes."""
    if control.is_void:
        connection.execute(DELETE, (control.kind, control.name))
    else:
        connection.execute(STORE, astuple(control))
    note_controlled(connection)


def note_controlled(connection: Any) -> None:
    """Have claims look at the gates, or not any more."""
    connection.execute(NOTE_CONTROLLED)


def is_controlled(connection: Any) -> bool:
    """Tell whether a claim has to look at the gates."""
    return bool(connection.execute(IS_CONTROLLED).fetchone()[0])


def is_any_queue_paused(connection: Any) -> bool:
    """Tell whether any queue is paused."""
    return bool(connection.execute(IS_ANY_QUEUE_PAUSED).fetchone()[0])


def paused_queue_of(connection: Any, task_id: str, attempt: int) -> str | None:
    """Return the queue of a job that a worker has, if that is paused."""
    row = connection.execute(PAUSED_QUEUE_OF, (task_id, attempt)).fetchone()
    return None if row is None else str(row[0])


def move(connection: Any, control: Control) -> None:
    """Write where its rate and its breaker stand."""
    connection.execute(
        MOVE,
        (
            control.next_start_at,
            control.failures,
            control.opens_at,
            control.probe,
            control.kind,
            control.name,
        ),
    )


#: The limits that code may declare for a type, and an operator may set.
LIMITS = ("concurrency", "key_concurrency", "rate", "breaker_failures", "breaker_seconds")


def declare(connection: Any, control: Control, limits: Mapping[str, Any], declared: str) -> None:
    """Have hold what the code says of a type, in place of all that was set before.

    Unless it says what it said last: then an operator's word holds on.
    """
    if (control.declared or "") == declared:
        return
    for name in LIMITS:
        setattr(control, name, limits.get(name))
    control.declared = declared or None
    store_control(connection, control)

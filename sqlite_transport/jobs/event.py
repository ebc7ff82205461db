"""An event as it is shown: its row, decoded."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlite_transport.events import MISSED, Row


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened; docs/events.md tells each name.

    id: grows by one from event to event. job_id: what `get` takes. created_at: when it was written,
    seconds since 1970 UTC. data: what is to be said besides, by name; what is
    empty is left out.
    """

    id: int
    name: str
    job_id: int | str | None
    task_id: str | None
    type: str | None
    queue: str | None
    created_at: float
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        return asdict(self)


def event_from(row: Row) -> Event:
    """Make an `Event` of its row."""
    return Event(
        row.id,
        row.name,
        row.job_id,
        row.task_id,
        row.type,
        row.queue,
        row.created_at,
        json.loads(row.data) if row.data else {},
    )


def missed(before: Row, count: int) -> Event:
    """Return the event that tells how many are gone, which had come before this one."""
    return Event(before.id - 1, MISSED, None, None, None, None, before.created_at, {"count": count})

"""Cancelling: what waits ends at once, and what a worker has is marked, which survives the worker.

A marked job is not run again: where it would go back to its queue, it ends
(see `queue`). Each function runs within the caller's transaction.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlite_transport.history import end
from sqlite_transport.queue import BY_OPERATOR
from sqlite_transport.status import BLOCKED, CANCELLED, PENDING, PROCESSING, SCHEDULED


class Sent(NamedTuple):
    """A job's message, as it was sent."""

    id: int
    task_id: str | None
    type: str
    payload: str | bytes | None
    headers: str
    properties: str
    content_type: str | None
    content_encoding: str | None


_LISTED = "id IN (SELECT value FROM json_each(?1))"
_WAITING = f"{_LISTED} AND status IN ('{PENDING}', '{SCHEDULED}', '{BLOCKED}')"
FIND = f"SELECT {', '.join(Sent._fields)} FROM job WHERE {_LISTED}"  # noqa: S608
FIND_WAITING = f"SELECT {', '.join(Sent._fields)} FROM job WHERE {_WAITING}"  # noqa: S608

#: Asked again, it stays marked as of the first time.
REQUEST = (
    "UPDATE job SET cancel_requested_at = coalesce(cancel_requested_at, ?2)"  # noqa: S608
    f" WHERE {_LISTED} AND status = '{PROCESSING}' "
    " AND CASE WHEN json_valid(headers) THEN json_extract(headers, '$.task') END IS NOT NULL"
    " RETURNING task_id, session"
)


def find(connection: Any, job: int) -> Sent | None:
    """Return the message of a job, in whatever state it is."""
    row = connection.execute(FIND, (json.dumps([job]),)).fetchone()
    return Sent._make(row) if row else None


def end_waiting(connection: Any, jobs: Sequence[int], now: float) -> list[Sent]:
    """End those of the jobs that wait; return their messages."""
    listed = json.dumps(jobs)
    found = [Sent._make(row) for row in connection.execute(FIND_WAITING, (listed,)).fetchall()]
    if found:
        end(connection, _WAITING, (listed,), (CANCELLED, BY_OPERATOR), now)
    return found


def request(connection: Any, jobs: Sequence[int], now: float) -> list[tuple[str, int]]:
    """Mark those of the jobs that a worker has and that are tasks; return task ids and sessions."""
    rows: list[tuple[str, int]] = connection.execute(REQUEST, (json.dumps(jobs), now)).fetchall()
    return rows

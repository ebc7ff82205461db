"""Task results and saved groups in the file, as SQL.

A payload is what Celery's serializer and compression made; nothing here looks
into it. What has expired is as good as absent from that moment on, whenever
it is deleted. Times are seconds since 1970 UTC.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlite_transport.database import Database

#: Results that one query reads, so that no other thread waits long for the connection.
SLICE = 500


class Row(NamedTuple):
    """A result to store; expires_at is None if it never expires."""

    task_id: str
    status: str
    payload: str | bytes
    updated_at: float
    expires_at: float | None


#: A success is final: what comes later, or comes again, changes nothing.
STORE = (
    "INSERT INTO result (task_id, status, payload, updated_at, expires_at)"
    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (task_id) DO UPDATE SET status = excluded.status,"
    " payload = excluded.payload, updated_at = excluded.updated_at,"
    " expires_at = excluded.expires_at"
    " WHERE result.status != 'SUCCESS' OR result.expires_at <= excluded.updated_at"
)

_ALIVE = "(expires_at IS NULL OR expires_at > ?)"
READ = f"SELECT payload FROM result WHERE task_id = ? AND {_ALIVE}"  # noqa: S608
READ_MANY = (
    "SELECT task_id, payload FROM result"  # noqa: S608
    f" WHERE task_id IN (SELECT value FROM json_each(?)) AND {_ALIVE}"
)
EXISTS = f"SELECT EXISTS (SELECT 1 FROM result WHERE task_id = ? AND {_ALIVE})"  # noqa: S608
FORGET = "DELETE FROM result WHERE task_id = ?"

STORE_GROUP = (
    "INSERT OR REPLACE INTO group_result (group_id, payload, updated_at, expires_at)"
    " VALUES (?, ?, ?, ?)"
)
READ_GROUP = f"SELECT payload FROM group_result WHERE group_id = ? AND {_ALIVE}"  # noqa: S608
FORGET_GROUP = "DELETE FROM group_result WHERE group_id = ?"


def store(database: Database, row: Row) -> bool:
    """Store a result, and tell whether it counts: a success that is there already stays."""
    return database.write(STORE, row) > 0


def read(database: Database, task_id: str, now: float) -> str | bytes | None:
    """Return the payload of the task's result, None if there is none."""
    return _first(database.read(READ, (task_id, now)))


def read_many(
    database: Database, task_ids: Sequence[str], now: float
) -> Iterator[tuple[str, str | bytes]]:
    """Yield the id and payload of those tasks that have a result."""
    for start in range(0, len(task_ids), SLICE):
        ids = json.dumps(task_ids[start : start + SLICE])
        yield from database.read(READ_MANY, (ids, now))


def exists(database: Database, task_id: str, now: float) -> bool:
    """Tell whether the task has a result."""
    return bool(database.read(EXISTS, (task_id, now))[0][0])


def forget(database: Database, task_id: str) -> None:
    """Delete the task's result."""
    database.write(FORGET, (task_id,))


def store_group(
    database: Database,
    group_id: str,
    payload: str | bytes,
    now: float,
    expires_at: float | None,
) -> None:
    """Save a group, in the place of one that has its id."""
    database.write(STORE_GROUP, (group_id, payload, now, expires_at))


def read_group(database: Database, group_id: str, now: float) -> str | bytes | None:
    """Return the payload of the saved group, None if there is none."""
    return _first(database.read(READ_GROUP, (group_id, now)))


def forget_group(database: Database, group_id: str) -> None:
    """Delete the saved group."""
    database.write(FORGET_GROUP, (group_id,))


def _first(rows: list[tuple[Any, ...]]) -> str | bytes | None:
    return rows[0][0] if rows else None

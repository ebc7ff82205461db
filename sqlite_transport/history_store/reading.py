"""Reading the store: a stretch of its history, one job, and how many have ended.

Several queues may have their history in one database. A job of one of them is
known by the queue's identity, a colon and the job's number, and only those of
one identity are read. The order is that of the end, the latest first, and of
jobs that ended at one moment the one with the higher number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.history_store.finding import COLUMNS, entry_of, find
from sqlite_transport.history_store.tables import job_attempt, job_history

_table = job_history.c
ATTEMPT = [job_attempt.c[name] for name in Attempt._fields]

#: What JSON writes where a letter is not ASCII; such a body has to be decoded to be searched.
ESCAPE = "\\u"


class Place(NamedTuple):
    """Where an entry stands: when it ended, and the job's number."""

    completed_at: float
    number: int


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries are read.

    identity: of the queue. since, until: from the first on, and before the
    second. parts: each must be in the body, if it is ASCII, in small letters.
    """

    identity: str
    statuses: Sequence[str]
    type: str | None = None
    queue: str | None = None
    since: float | None = None
    until: float | None = None
    parts: Sequence[str] = ()


class Stretch(NamedTuple):
    """Entries in their order, all there are up to a place; None: up to the end."""

    entries: list[tuple[Place, Entry]]
    upto: Place | None


def stretch(
    connection: Connection, sought: Sought, after: Place | None, size: int, limit: int
) -> Stretch:
    """Return the entries that come after a place, going through about so many of each status.

    limit: how many are enough.
    """
    found: list[tuple[Place, Entry]] = []
    ends: list[Place] = []
    for status in sought.statuses:
        some = _of_status(connection, sought, status, after, size, limit)
        found += some.entries
        if some.upto is not None:
            ends.append(some.upto)
    found.sort(key=lambda each: each[0], reverse=True)
    if not ends:
        return Stretch(found, None)
    known = max(ends)
    return Stretch([each for each in found if each[0] >= known], known)


def _of_status(
    connection: Connection, sought: Sought, status: str, after: Place | None, size: int, limit: int
) -> Stretch:
    there = [_table.status == status]
    if sought.type is not None:
        there.append(_table.type == sought.type)
    if sought.since is not None:
        there.append(_table.completed_at >= sought.since)
    if after is not None:
        # No number is below 1: then all that ended at that moment have been read.
        moment = after.completed_at
        there.append(
            _table.completed_at <= moment if after.number > 1 else _table.completed_at < moment
        )
    elif sought.until is not None:
        there.append(_table.completed_at < sought.until)
    # What there is of them is in an index; to go by that ends a long walk early.
    last = connection.scalar(
        select(_table.completed_at)
        .where(*there)
        .order_by(_table.completed_at.desc())
        .offset(size)
        .limit(1)
    )
    if last is not None:
        there.append(_table.completed_at >= last)
    rows = connection.execute(
        _newest_first(select(*COLUMNS)).where(*there, *_conditions(sought, after)).limit(limit)
    ).all()
    entries = [(_place(row.job_id, row.completed_at), entry_of(row)) for row in rows]
    if len(rows) == limit:
        return Stretch(entries, entries[-1][0])
    return Stretch(entries, None if last is None else Place(last, 1))


def _conditions(sought: Sought, after: Place | None) -> list[ColumnElement[bool]]:
    """Return what an entry has to meet, but for what the index tells of it."""
    conditions = [_table.job_id.startswith(f"{sought.identity}:", autoescape=True)]
    if sought.queue is not None:
        conditions.append(_table.queue == sought.queue)
    conditions += [
        or_(
            func.lower(_table.payload).contains(part, autoescape=True),
            _table.payload.contains(ESCAPE, autoescape=True),
            _table.payload_base64 == 1,
        )
        for part in sought.parts
    ]
    if after is not None:
        name = f"{sought.identity}:{after.number}"
        length = func.length(_table.job_id)
        conditions.append(
            or_(
                _table.completed_at < after.completed_at,
                length < len(name),
                and_(length == len(name), _table.job_id < name),
            )
        )
    return conditions


def _newest_first(query: Select[Any]) -> Select[Any]:
    # Numbers as text: the longer one is the higher.
    return query.order_by(
        _table.completed_at.desc(), func.length(_table.job_id).desc(), _table.job_id.desc()
    )


def _place(job_id: str, completed_at: float) -> Place:
    return Place(completed_at, int(job_id.rpartition(":")[2]))


def one(connection: Connection, job_id: str) -> tuple[Entry, list[Attempt]] | None:
    """Return a job that has ended, and its earlier attempts; None if it is not there."""
    entry = find(connection, job_id, "")
    if entry is None:
        return None
    attempts = connection.execute(
        select(*ATTEMPT)
        .where(job_attempt.c.job_id == job_id)
        .order_by(job_attempt.c.completed_at, job_attempt.c.id)
    )
    return entry, [Attempt(*attempt) for attempt in attempts]


def of_task(connection: Connection, identity: str, task_id: str) -> int | None:
    """Return the number of the job of a task, the newest of several; None if there is none."""
    query = select(_table.job_id, _table.completed_at).where(
        _table.task_id == task_id,
        _table.job_id.startswith(f"{identity}:", autoescape=True),
    )
    found = [_place(*row).number for row in connection.execute(query)]
    return max(found, default=None)


def ended_since(
    connection: Connection, identity: str, status: str, moment: float, most: int
) -> tuple[int, float]:
    """Return how many have ended so, `most` at most, and since when those are all."""
    latest = (
        select(_table.completed_at)
        .where(
            _table.status == status,
            _table.completed_at > moment,
            _table.job_id.startswith(f"{identity}:", autoescape=True),
        )
        .order_by(_table.completed_at.desc())
        .limit(most)
        .subquery()
    )
    count, first = connection.execute(
        select(func.count(), func.min(latest.c.completed_at)).select_from(latest)
    ).one()
    return count, first if count == most else moment

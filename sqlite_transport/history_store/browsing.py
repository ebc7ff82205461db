"""Reading all that is in the store, whosever jobs they are: a stretch at a time, and counting.

The order is that of the end, the latest first, and of jobs that ended at one
moment that of their keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from sqlite_transport.history_store.entry import Entry
from sqlite_transport.history_store.finding import COLUMNS, entry_of
from sqlite_transport.history_store.tables import job_history

_table = job_history.c


class Place(NamedTuple):
    """Where an entry stands."""

    completed_at: float
    job_id: str


@dataclass(frozen=True, slots=True)
class Browsed:
    """Which entries are meant; since, until: from the first on, and before the second."""

    statuses: Sequence[str]
    type: str | None = None
    queue: str | None = None
    since: float | None = None
    until: float | None = None


def place_of(entry: Entry) -> Place:
    """Return where an entry stands."""
    return Place(entry.completed_at, entry.job_id)


def browse(connection: Connection, wanted: Browsed, after: Place | None, size: int) -> list[Entry]:
    """Return the next entries after a place, `size` at most; fewer: there are no more."""
    found: list[Entry] = []
    for status in wanted.statuses:
        rows = connection.execute(
            select(*COLUMNS)
            .where(*_conditions(wanted, status, after))
            .order_by(_table.completed_at.desc(), _table.job_id.desc())
            .limit(size)
        )
        found += [entry_of(row) for row in rows]
    return sorted(found, key=place_of, reverse=True)[:size]


def count(connection: Connection, wanted: Browsed) -> int:
    """Return how many entries there are of these."""
    query = select(func.count()).select_from(job_history)
    return sum(
        connection.execute(query.where(*_conditions(wanted, status, None))).scalar_one()
        for status in wanted.statuses
    )


def _conditions(wanted: Browsed, status: str, after: Place | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_table.status == status]
    if wanted.type is not None:
        conditions.append(_table.type == wanted.type)
    if wanted.queue is not None:
        conditions.append(_table.queue == wanted.queue)
    if wanted.since is not None:
        conditions.append(_table.completed_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_table.completed_at < wanted.until)
    if after is not None:
        # The first one is for the index, which knows nothing of the key.
        conditions += [
            _table.completed_at <= after.completed_at,
            or_(
                _table.completed_at < after.completed_at,
                and_(_table.completed_at == after.completed_at, _table.job_id < after.job_id),
            ),
        ]
    return conditions

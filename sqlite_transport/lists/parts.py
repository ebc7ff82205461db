"""The parts of the lists: each gives its jobs in their order, from an index alone.

`stretch` returns the jobs that come after a place, about so many, and whether
they are the last ones.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple, Protocol, cast

from sqlite_transport.database import Database
from sqlite_transport.lists.keys import ENDED, PARTS, Key, ended
from sqlite_transport.status import BLOCKED, OVER, PENDING, PROCESSING, SCHEDULED

LAST_ID = 2**63 - 1

PROCESSING_IDS = (
    "SELECT id FROM job INDEXED BY job_claimed WHERE session IS NOT NULL AND id > ?1"
    " ORDER BY id LIMIT ?2"
)


def _levels(group: str, status: str) -> str:
    """Return the query for the groups and priorities that there are, by a seek for each."""

    def lowest(column: str, condition: str) -> str:
        return (
            f"(SELECT {column} FROM job WHERE status = '{status}' AND {condition}"  # noqa: S608
            f" ORDER BY {group}, priority LIMIT 1)"
        )

    first = lowest(group, f"{group} >= ''")
    following = lowest(group, f"{group} > each.name")
    urgent = lowest("priority", f"{group} = each.name")
    later = lowest("priority", f"{group} = level.name AND priority > level.priority")
    return (
        f"WITH RECURSIVE each(name) AS (SELECT {first} UNION ALL"  # noqa: S608
        f" SELECT {following} FROM each WHERE name IS NOT NULL),"
        f" level(name, priority) AS (SELECT name, {urgent} FROM each WHERE name IS NOT NULL"
        f" UNION ALL SELECT name, {later} FROM level WHERE priority IS NOT NULL)"
        " SELECT name, priority FROM level WHERE priority IS NOT NULL"
    )


def _ids(group: str, status: str) -> str:
    return (
        "SELECT json_group_array(id) FROM (SELECT id FROM job"  # noqa: S608
        f" WHERE status = '{status}' AND {group} = ?1 AND priority = ?2 AND id > ?3"
        " ORDER BY id LIMIT ?4)"
    )


PENDING_LEVELS, PENDING_IDS = _levels("queue", PENDING), _ids("queue", PENDING)
BLOCKED_LEVELS, BLOCKED_IDS = _levels("blocked_by", BLOCKED), _ids("blocked_by", BLOCKED)

DUE = (
    "SELECT due_at, id FROM job WHERE status = 'scheduled' AND (due_at, id) > (?1, ?2)"
    " ORDER BY due_at, id LIMIT ?3"
)
DONE = (
    "SELECT completed_at, id FROM job WHERE status = ?1 AND completed_at IS NOT NULL"
    " AND completed_at >= ?2 AND (completed_at, id) < (?3, ?4)"
    " ORDER BY completed_at DESC, id DESC LIMIT ?5"
)

#: The lowest and the highest id of a part.
BOUNDS = {
    status: f"SELECT min(id), max(id) FROM job INDEXED BY {condition}"  # noqa: S608
    for status, condition in (
        (PROCESSING, "job_claimed WHERE session IS NOT NULL"),
        (PENDING, "job_ready WHERE status = 'pending'"),
        (BLOCKED, "job_blocked WHERE status = 'blocked'"),
        (SCHEDULED, "job_due WHERE status = 'scheduled'"),
    )
}


#: A job's place in its part, and its id.
Place = tuple[float, int]


class Stretch(NamedTuple):
    """Some jobs in their order; is_last: none come after them."""

    places: list[Place]
    is_last: bool


class Part(Protocol):
    """A part of a list."""

    @property
    def rank(self) -> int:
        """Its number among the parts."""

    def stretch(self, database: Database, after: Place | None, size: int) -> Stretch:
        """Return the jobs that come after a place of this part; None: from the first on."""

    def has(self, key: Key, status: str, /) -> bool:
        """Tell whether a job with this key and status is in the part."""


def key_at(part: Part, place: Place) -> Key:
    """Return the key of a place in a part."""
    return ended(*place) if part.rank == ENDED else (part.rank, *place)


def place_of(key: Key) -> Place:
    """Return the place in its part that a key stands for."""
    rank, place, job = key
    return (-place, -job) if rank == ENDED else (place, job)


class Processing:
    """What workers have, the oldest first."""

    rank = 0

    def stretch(self, database: Database, after: Place | None, size: int) -> Stretch:
        """Return the jobs after a place."""
        rows = database.read(PROCESSING_IDS, (after[1] if after else 0, size))
        return Stretch([(0, job) for (job,) in rows], len(rows) < size)

    def has(self, key: Key, _: str, /) -> bool:
        """Tell whether it is in the part."""
        return key[0] == self.rank


@dataclass(frozen=True)
class Prioritized:
    """What is ready, or held back, by priority and then the oldest first.

    It is put together of several groups, the queues or the gates, each of
    which the index has in this order. only: the one group to give.
    """

    rank: int
    levels: str
    ids: str
    only: str | None = None

    def stretch(self, database: Database, after: Place | None, size: int) -> Stretch:
        """Return the jobs after a place, all of the same priority."""
        priority, past = after or (-inf, 0)
        levels = [
            level
            for level in database.read(self.levels)
            if level[1] >= priority and self.only in (None, level[0])
        ]
        for each in sorted({level[1] for level in levels}):
            start = past if each == priority else 0
            names = [name for name, level in levels if level == each]
            if ids := self._merged(database, names, each, start, size):
                return Stretch([(each, job) for job in ids], False)
        return Stretch([], True)

    def _merged(
        self, database: Database, names: Sequence[str], priority: int, start: int, size: int
    ) -> list[int]:
        """Return ids of several groups, as far as each of them is known."""
        ids: list[int] = []
        known = LAST_ID
        for name in names:
            some = json.loads(database.read(self.ids, (name, priority, start, size))[0][0])
            if len(some) == size:
                known = min(known, some[-1])
            ids += some
        return sorted(job for job in ids if job <= known)

    def has(self, key: Key, _: str, /) -> bool:
        """Tell whether it is in the part."""
        return key[0] == self.rank


class Scheduled:
    """What is not due yet, the next first."""

    rank = PARTS.index(SCHEDULED)

    def stretch(self, database: Database, after: Place | None, size: int) -> Stretch:
        """Return the jobs after a place."""
        rows = cast("list[Place]", database.read(DUE, (*(after or (-inf, 0)), size)))
        return Stretch(rows, len(rows) < size)

    def has(self, key: Key, _: str, /) -> bool:
        """Tell whether it is in the part."""
        return key[0] == self.rank


@dataclass(frozen=True)
class Ended:
    """What has ended, the newest end first.

    since, until: seconds since 1970; from the first on, and before the second.
    """

    statuses: Sequence[str] = OVER
    since: float = -inf
    until: float = inf
    rank: int = ENDED

    def stretch(self, database: Database, after: Place | None, size: int) -> Stretch:
        """Return the jobs after a place."""
        # An id is never 0, so nothing that ended at `until` itself comes before it.
        start = after or (self.until, 0)
        found: list[Place] = []
        known: Place | None = None
        for status in self.statuses:
            # What is known of one status ends there, so more of the others is of no use.
            since = self.since if known is None else known[0]
            rows = database.read(DONE, (status, since, *start, size))
            some = cast("list[Place]", rows)
            if len(some) == size:
                known = max(known or some[-1], some[-1])
            found += some
        if len(self.statuses) > 1:
            found.sort(reverse=True)
        if known is None:
            return Stretch(found, True)
        return Stretch(found[: bisect_right(found, (-known[0], -known[1]), key=_falling)], False)

    def has(self, key: Key, status: str, /) -> bool:
        """Tell whether it has ended so, and in the time that is meant."""
        return (
            key[0] == self.rank and status in self.statuses and self.since <= -key[1] < self.until
        )


def _falling(place: Place) -> Place:
    return -place[0], -place[1]


def active_part(status: str, queue: str | None = None) -> Part:
    """Return the part of a status; `queue`: only this one is wanted."""
    match status:
        case "pending":
            rank = PARTS.index(PENDING)
            return Prioritized(rank, PENDING_LEVELS, PENDING_IDS, queue)
        case "blocked":
            return Prioritized(PARTS.index(BLOCKED), BLOCKED_LEVELS, BLOCKED_IDS)
        case "scheduled":
            return Scheduled()
    return Processing()

"""How many jobs are pending, of which queue and type, and for how long the first one has been.

The index of the pending jobs knows the queues. Which types the jobs have is
remembered from one count to the next, so only those that are new are read.
What a process does not remember yet it takes from the search index, and reads
what is not in that.
"""

import json
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from sqlite_transport.database import Database
from sqlite_transport.search.tables import read_state
from sqlite_transport.search.terms import AFTER_TYPES, TYPE, unpacked

#: By queue and type.
Counts = Counter[tuple[str, str]]

#: Each in the order of the index, so the first ids are the lowest.
IDS = (
    "SELECT queue, priority, json_group_array(id) FROM job INDEXED BY job_ready"
    " WHERE status = 'pending' GROUP BY queue, priority"
)
TYPE_OF = "SELECT id, type FROM job WHERE id IN (SELECT value FROM json_each(?))"
TYPES = (
    "SELECT b.id, b.last, substr(t.term, 3), t.jobs FROM job_search_block AS b"
    " CROSS JOIN job_search_term AS t ON t.block = b.id AND t.term >= ?1 AND t.term < ?2"
    " WHERE b.last >= ?3 AND b.id <= ?4 ORDER BY b.id"
)
CHANGED = "SELECT job_id FROM job_search_changed"
TIMES = (
    "SELECT created_at, due_at FROM job WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
)

#: Jobs that are quicker read than looked up, and so many that an index of them is wanted.
FEW, MANY = 500, 20_000
#: The oldest jobs that are asked since when they wait, a part at a time.
OLDEST = 64, 1024


@dataclass(slots=True)
class Group:
    """The pending jobs of one queue and priority; told: as SQLite told them."""

    queue: str
    told: str
    ids: list[int]
    types: Counter[str | None]


class Pending:
    """What is remembered of one file's pending jobs.

    is_index_wanted: whether so many had to be read that an index would help.
    """

    def __init__(self, database: Database) -> None:
        self.is_index_wanted = False
        self._database = database
        self._groups: dict[tuple[str, int], Group] = {}
        self._types: dict[int, str] = {}

    def counts(self) -> Counts:
        """Count them."""
        self._groups = {
            (queue, priority): self._group(queue, priority, told)
            for queue, priority, told in self._database.read(IDS)
        }
        groups = self._groups.values()
        lacking = [group for group in groups if None in group.types]
        self._learn([job for group in lacking for job in group.ids])
        for group in lacking:
            group.types = self._types_of(group.ids)
        total: Counts = Counter()
        for group in groups:
            # A job without a type is no task.
            total.update({(group.queue, type_): n for type_, n in group.types.items() if type_})
        self._forget(sum(len(group.ids) for group in groups))
        return total

    def _group(self, queue: str, priority: int, told: str) -> Group:
        known = self._groups.get((queue, priority))
        if known is not None and known.told == told:
            return known
        ids = json.loads(told)
        types: Counter[str | None] = Counter({None: len(ids)})
        return Group(queue, told, ids, self._types_of(ids) if self._types else types)

    def _types_of(self, ids: Sequence[int]) -> Counter[str | None]:
        return Counter(map(self._types.get, ids))

    def _forget(self, there: int) -> None:
        if len(self._types) > 2 * there + FEW:
            groups = self._groups.values()
            kept = {job for group in groups for job in group.ids}
            self._types = {job: type_ for job, type_ in self._types.items() if job in kept}

    def _learn(self, ids: Sequence[int]) -> None:
        unknown = set(ids).difference(self._types)
        if len(unknown) > FEW:
            self._take_from_index(unknown)
            unknown = unknown.difference(self._types)
        if len(unknown) > MANY:
            self.is_index_wanted = True
        if unknown:
            self._types.update(self._read(TYPE_OF, sorted(unknown)))

    def _take_from_index(self, unknown: set[int]) -> None:
        if read_state(self._database) is None:
            return
        changed = (job for (job,) in self._database.read(CHANGED))
        jobs = sorted(unknown.difference(changed))
        bounds = (jobs[0], jobs[-1]) if jobs else (0, 0)
        rows = self._database.read(TYPES, (TYPE, AFTER_TYPES, *bounds))
        for (block, last), postings in groupby(rows, itemgetter(0, 1)):
            here = jobs[bisect_left(jobs, block) : bisect_right(jobs, last)]
            pending = {job - block for job in here}
            for _, _, type_, places in postings:
                found = map(block.__add__, pending.intersection(unpacked(places)))
                self._types.update(dict.fromkeys(found, str(type_)))

    def oldest(self) -> float | None:
        """Return for how many seconds that job of the last count has been ready that was first.

        Jobs are published in the order of their ids, so once there is one
        that was ready at once no later one waits longer.
        """
        since: list[float] = []
        groups = self._groups.values()
        for count in OLDEST:
            first = (islice(filter(self._types.get, group.ids), count) for group in groups)
            jobs = nsmallest(count, chain.from_iterable(first))
            for created_at, due_at in self._read(TIMES, jobs):
                since.append(due_at or created_at)
                if due_at is None:
                    return max(0.0, time.time() - min(since))
        return max(0.0, time.time() - min(since)) if since else None

    def _read(self, sql: str, jobs: Sequence[int]) -> list[Any]:
        return self._database.read(sql, (json.dumps(jobs),))

"""How many jobs there are, of which queue and type; exact, though no index knows the types."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_transport.database import Database
from sqlite_transport.history import IDENTITY
from sqlite_transport.lists.pending import Counts, Pending
from sqlite_transport.search.asking import note_wish
from sqlite_transport.status import BLOCKED, PENDING, PROCESSING, SCHEDULED

SCHEDULED_KEYS = "SELECT due_at, id FROM job WHERE status = 'scheduled' AND due_at IS NOT NULL"
BLOCKED_KEYS = "SELECT blocked_by, id FROM job WHERE status = 'blocked' AND blocked_by IS NOT NULL"
PROCESSING_COUNTS = (
    "SELECT queue, type, count(*) FROM job WHERE session IS NOT NULL AND status = 'processing'"
    " AND type != '' GROUP BY queue, type"
)
ABOUT = "SELECT id, queue, type FROM job WHERE id IN (SELECT value FROM json_each(?))"
DURABLE_QUEUES = "SELECT name FROM queue WHERE durable = 1"

#: The latest ends of a status that are counted.
MOST_ENDED = 100_000
ENDED_SINCE = (
    "SELECT count(*), min(completed_at) FROM (SELECT completed_at FROM job WHERE status = ?1"  # noqa: S608
    " AND completed_at IS NOT NULL AND completed_at > ?2"
    f" ORDER BY completed_at DESC LIMIT {MOST_ENDED})"
)


@dataclass
class Census:
    """How many jobs there are by status, queue and type; oldest: seconds that one waits."""

    counts: dict[str, Counts]
    oldest: float | None


class Counting:
    """The counts of one file, and what is remembered of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._epoch: object = None
        self._pending = Pending(database)
        self._waiting: dict[str, dict[Any, tuple[str, str]]] = {}

    def census(self) -> Census:
        """Count all that is to be done."""
        with self._lock:
            census = self._census()
            is_index_wanted, self._pending.is_index_wanted = self._pending.is_index_wanted, False
        if is_index_wanted:
            # It writes, and may wait for a transaction whose thread waits for the lock.
            note_wish(self._database)
        return census

    def _census(self) -> Census:
        # A restored file has another identity, and ids that may be another job's.
        epoch = self._database.epoch, self._database.read(IDENTITY)
        if self._epoch != epoch:
            self._epoch = epoch
            self._pending, self._waiting = Pending(self._database), {}
        counts = {
            PENDING: self._pending.counts(),
            SCHEDULED: self._count_waiting(SCHEDULED, SCHEDULED_KEYS),
            BLOCKED: self._count_waiting(BLOCKED, BLOCKED_KEYS),
            PROCESSING: self._count_processing(),
        }
        return Census(counts, self._pending.oldest())

    def _count_processing(self) -> Counts:
        rows = self._database.read(PROCESSING_COUNTS)
        return Counter({(queue, type_): count for queue, type_, count in rows})

    def _count_waiting(self, status: str, keys: str) -> Counts:
        """Count jobs by a key that changes whenever the job has been elsewhere meanwhile."""
        known = self._waiting.get(status, {})
        found = self._database.read(keys)
        missing = {key[1]: key for key in found if key not in known}
        new = {missing[job]: (queue, type_) for job, queue, type_ in self._about(list(missing))}
        known = {key: known.get(key) or new.get(key, ("", "")) for key in found}
        self._waiting[status] = known
        return Counter(each for each in known.values() if each[1])

    def _about(self, jobs: Sequence[int]) -> list[Any]:
        return self._database.read(ABOUT, (json.dumps(jobs),)) if jobs else []

    def queues(self) -> list[str]:
        """Return the queues that stay when nobody uses them."""
        return [name for (name,) in self._database.read(DURABLE_QUEUES)]

    def ended_since(self, status: str, moment: float) -> tuple[int, float]:
        """Return how many have ended so, `MOST_ENDED` at most, and since when those are all."""
        count, first = self._database.read(ENDED_SINCE, (status, moment))[0]
        return count, first if count == MOST_ENDED else moment

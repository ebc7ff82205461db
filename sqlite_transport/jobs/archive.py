"""The part of the history that is in the database at `history_url`."""

import time
from math import inf

from sqlite_transport.database import Database
from sqlite_transport.history import IDENTITY
from sqlite_transport.history_store import reading
from sqlite_transport.history_store.entry import Entry
from sqlite_transport.history_store.reading import Place, Sought
from sqlite_transport.history_store.shared import SharedStore
from sqlite_transport.jobs.job import Attempt, Job, job_of
from sqlite_transport.lists.keys import Key, ended
from sqlite_transport.lists.parts import Ended
from sqlite_transport.lists.wanted import Wanted
from sqlite_transport.search.words import has_words

#: Seconds that a page takes of the database, and entries that it goes through at
#: once, at first and at most.
BUDGET = 0.035
FIRST, LARGEST = 512, 16384

#: The latest ends of a status that are counted.
MOST_ENDED = 10_000


class Archive:
    """The jobs of one queue's file in the history elsewhere."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._store = SharedStore(url)

    @property
    def _identity(self) -> str:
        return str(self._database.read(IDENTITY)[0][0])

    def get(self, job: int) -> Job | None:
        """Return a job with its attempts, None if it is not there."""
        with self._store.reading() as connection:
            found = reading.one(connection, f"{self._identity}:{job}")
        if found is None:
            return None
        entry, attempts = found
        return job_of(entry, job, tuple(Attempt(*attempt[1:]) for attempt in attempts))

    def find_task(self, task_id: str) -> int | None:
        """Return the id of the task's job, None if it is not there."""
        with self._store.reading() as connection:
            return reading.of_task(connection, self._identity, task_id)

    def ended_since(self, status: str, moment: float) -> tuple[int, float]:
        """Return how many have ended so, `MOST_ENDED` at most, and since when those are all."""
        with self._store.reading() as connection:
            return reading.ended_since(connection, self._identity, status, moment, MOST_ENDED)

    def page(
        self, part: Ended, asked: Wanted, after: Key | None, limit: int
    ) -> tuple[dict[Key, Job], Key | None]:
        """Return at most `limit` jobs that come after a key, and where to go on."""
        deadline = time.monotonic() + BUDGET
        sought = Sought(
            self._identity,
            part.statuses,
            asked.type,
            asked.queue,
            None if part.since == -inf else part.since,
            None if part.until == inf else part.until,
            [word for word in asked.words if word.isascii()],
        )
        place = None if after is None else Place(-after[1], -after[2])
        found: dict[Key, Job] = {}
        size = FIRST
        with self._store.reading() as connection:
            while True:
                entries, place = reading.stretch(connection, sought, place, size, limit + 1)
                for (completed_at, job), entry in entries:
                    if _is_meant(asked, entry):
                        found[ended(completed_at, job)] = job_of(entry, job)
                if len(found) > limit:
                    keys = sorted(found)[:limit]
                    return {key: found[key] for key in keys}, keys[-1]
                if place is None:
                    return found, None
                if time.monotonic() > deadline:
                    return found, ended(*place)
                size = min(2 * size, LARGEST)


def _is_meant(asked: Wanted, entry: Entry) -> bool:
    """Tell what the database was not asked."""
    if asked.type is None and not entry.type:
        return False
    return not asked.words or has_words(entry.payload, entry.content_type, asked.words)

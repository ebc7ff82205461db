"""The history at `history_url`, which the workers write: all that is in that database."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlite_transport.history_store import reading
from sqlite_transport.history_store.browsing import Browsed, Place, browse, count, place_of
from sqlite_transport.history_store.entry import Entry
from sqlite_transport.history_store.shared import SharedStore
from sqlite_transport.jobs.job import Attempt, Job, job_of
from sqlite_transport.retention import Retention
from sqlite_transport.search.words import has_words

#: Seconds after which a search gives what it has found, and entries that are read at once.
BUDGET, AT_ONCE = 0.5, 500


class Archive:
    """The history of an application whose broker is another one."""

    def __init__(self, url: str) -> None:
        self._store = SharedStore(url)

    def find(self, ref: str) -> Entry | None:
        """Return the entry of a job's key or, if there is none, the last one of a task."""
        with self._store.using() as store:
            return store.find(ref) or store.find("", ref)

    def get(self, ref: str) -> Job | None:
        """Return a job that has ended, with its earlier attempts."""
        entry = self.find(ref)
        if entry is None:
            return None
        with self._store.reading() as connection:
            found = reading.one(connection, entry.job_id)
        attempts = found[1] if found else ()
        return job_of(entry, entry.job_id, tuple(Attempt(*attempt[1:]) for attempt in attempts))

    def page(
        self, wanted: Browsed, words: Sequence[str], after: Place | None, limit: int
    ) -> tuple[list[Job], Place | None]:
        """Return jobs after a place, `limit` at most, and where to go on."""
        deadline = time.monotonic() + BUDGET
        size = AT_ONCE if words else limit + 1
        found: list[Entry] = []
        while True:
            entries = self.entries(wanted, after, size)
            found += [each for each in entries if is_found(each, words)]
            if len(found) > limit:
                found = found[:limit]
                return [job_of(each, each.job_id) for each in found], place_of(found[-1])
            if len(entries) < size:
                return [job_of(each, each.job_id) for each in found], None
            after = place_of(entries[-1])
            if time.monotonic() > deadline:
                return [job_of(each, each.job_id) for each in found], after

    def entries(self, wanted: Browsed, after: Place | None, size: int) -> list[Entry]:
        """Return the next entries, `size` at most; fewer: there are no more."""
        with self._store.reading() as connection:
            return browse(connection, wanted, after, size)

    def count(self, wanted: Browsed) -> int:
        """Return how many there are."""
        with self._store.reading() as connection:
            return count(connection, wanted)

    def count_found(self, wanted: Browsed, words: Sequence[str]) -> int:
        """Return how many there are that have all of the words in their arguments."""
        if not words:
            return self.count(wanted)
        found, after = 0, None
        while entries := self.entries(wanted, after, AT_ONCE):
            after = place_of(entries[-1])
            found += sum(is_found(each, words) for each in entries)
        return found

    def prune(
        self,
        retention: Mapping[str, Retention],
        now: float,
        seconds: float,
        deleted: Counter[str],
    ) -> bool:
        """See `Store.prune`."""
        with self._store.using() as store:
            return store.prune(retention, now, seconds, deleted)

    def check(self) -> str:
        """Make the tables if they are missing, and return the URL without its password.

        Raises:
            OperationalError: the database cannot be used, and why.
        """
        with self._store.using() as store:
            store.prepare()
            return str(store)

    @contextmanager
    def reopening(self, entry: Entry) -> Iterator[bool]:
        """See `Store.reopening`."""
        with self._store.using() as store, store.reopening(entry) as was_there:
            yield was_there


def is_found(entry: Entry, words: Sequence[str]) -> bool:
    """Tell whether an entry has all of the words in its arguments."""
    return not words or has_words(entry.payload, entry.content_type, words)

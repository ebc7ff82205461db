"""What the index says of what somebody looks for: which jobs it may be.

It never leaves out a job that is covered, but it may name one that has
changed since, so whoever uses it looks at the job itself.
"""

import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from sqlite_transport.database import Database
from sqlite_transport.search.tables import State
from sqlite_transport.search.terms import UNREAD, Term, unpacked

BLOCKS = "SELECT id, unread FROM job_search_block ORDER BY id"
CHANGED = "SELECT job_id FROM job_search_changed"
FIND = (
    "SELECT t.block, t.jobs FROM job_search_block AS b CROSS JOIN job_search_term AS t"
    " ON t.block = b.id AND t.term BETWEEN ?1 AND ?2 WHERE b.id BETWEEN ?3 AND ?4"
)

#: Blocks that one query looks into, at first and at most.
FIRST, MOST = 4, 64


class Sieve:
    """The jobs that may have all of the terms, block by block as they are asked for."""

    def __init__(self, database: Database, state: State, terms: Sequence[Term]) -> None:
        self.state = state
        self._database = database
        self._terms = terms
        blocks = database.read(BLOCKS)
        self._firsts = [first for first, _ in blocks]
        self._unread = [first for first, unread in blocks if unread]
        self._looked_into: set[int] = set()
        # What has changed is named whatever it is now about.
        self._hits = {job for (job,) in database.read(CHANGED)}

    def collect(self, low: int, high: int, most: int, deadline: float) -> list[int] | None:
        """Return the ids from `low` to `high`; None if they are too many, or it takes too long.

        deadline: of `time.monotonic`.
        """
        found = [job for job in self._hits if low <= job <= high]
        for start, end in self._groups(low, high):
            found += self._look_into(start, end)
            if len(found) > most or time.monotonic() > deadline:
                return None
        return [job for job in found if low <= job <= high]

    def among(self, ids: Sequence[int]) -> set[int]:
        """Return a set in which those of the ids are that may have the terms."""
        low, high = min(ids), max(ids)
        start, end = self._slice(low, high)
        missing = [n for n in range(start, end) if n not in self._looked_into]
        if missing:
            self._look_into(missing[0], missing[-1] + 1)
        return self._hits

    def _slice(self, low: int, high: int) -> tuple[int, int]:
        """Return which of the blocks have ids from `low` to `high`."""
        start = max(0, bisect_right(self._firsts, low) - 1)
        return start, bisect_right(self._firsts, high)

    def _groups(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Yield ranges of blocks, from the newest back and ever more at once."""
        start, end = self._slice(low, high)
        size = FIRST
        while end > start:
            yield max(start, end - size), end
            end -= size
            size = min(2 * size, MOST)

    def _look_into(self, start: int, end: int) -> list[int]:
        """Return the ids in a range of blocks, and keep them."""
        first, last = self._firsts[start], self._firsts[end - 1]
        by_term = [self._places(term, first, last) for term in self._terms]
        found = [
            block + place
            for block in set.intersection(*map(set, by_term))
            for place in _common(places[block] for places in by_term)
        ]
        self._looked_into.update(range(start, end))
        self._hits.update(found)
        return found

    def _places(self, term: Term, first: int, last: int) -> dict[int, bytes]:
        """Return by block at which places the term is, as `unpacked` takes them."""
        found = self._database.read(FIND, (term.first, term.last, first, last))
        if term.is_word and any(first <= block <= last for block in self._unread):
            found += self._database.read(FIND, (UNREAD, UNREAD, first, last))
        places: dict[int, bytes] = {}
        for block, stored in found:
            places[block] = places.get(block, b"") + stored
        return places


def _common(each_stored: Iterable[bytes]) -> set[int]:
    """Return the places that all have; the fewest come first, so the others are soon done."""
    first, *others = sorted(each_stored, key=len)
    return set(unpacked(first)).intersection(*map(unpacked, others))

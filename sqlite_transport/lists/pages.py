"""A page of a list, by the way that is the shortest for what is asked.

- Nothing is asked but the order: the first jobs of the list are the page.
- Few jobs can be meant, as the search index says: those are read and sorted.
- Else the list is gone through in its order, past what cannot be meant. Where
  many are meant that is short; if it is not, the page ends when its time is
  over, with what it has found and where to go on.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlite_transport.database import Database
from sqlite_transport.lists import keys, wanted
from sqlite_transport.lists.keys import ENDED, PARTS, Key, job_of, key_of
from sqlite_transport.lists.parts import BOUNDS, Part, Place, key_at, place_of
from sqlite_transport.lists.wanted import Wanted
from sqlite_transport.search.asking import ask
from sqlite_transport.search.indexing import BLOCK, Indexing
from sqlite_transport.search.sieve import Sieve
from sqlite_transport.search.words import has_words
from sqlite_transport.status import PENDING, PROCESSING
from sqlite_transport.transaction import Row

#: Seconds that a page takes, and of these to ask the index whether few jobs are meant.
BUDGET = 0.03
LOOK = 0.02

#: Few jobs: as many can be read and sorted.
FEW = 3000
#: Ids so few that the file is read through, and no index is made of it.
SHORT = 2 * BLOCK
#: Jobs behind the index from which on it lacks much, and how many a reader puts into it: what
#: takes a third of its time.
BEHIND = 3 * BLOCK
LITTLE = 512

#: Keys of a stretch at first and at most, and rows that are read at once.
FIRST, LARGEST = 128, 16384
AT_ONCE = 64
#: Places that are held against the index at once.
SIFTED = 2048

IDS = "SELECT coalesce((SELECT min(id) FROM job), 0), coalesce((SELECT max(id) FROM job), 0)"
#: What is not in the index yet, with what the index would say of it.
NEWER = (
    f"SELECT {keys.COLUMNS}, payload, content_type FROM job WHERE id > ?1 AND id <= ?2"  # noqa: S608
    " AND type != '' AND (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR queue = ?4)"
)
PLACES = f"SELECT {keys.COLUMNS} FROM job WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608


#: Keys to look at, and the one up to which all has been seen then.
Batch = tuple[Sequence[Key], Key]


@dataclass(frozen=True)
class Found:
    """A page: rows of the columns that were asked for, their keys, and where to go on."""

    rows: list[tuple[Key, Row]]
    after: Key | None


class Pages:
    """The pages of one file's lists; `columns`: what a row of them has."""

    def __init__(self, database: Database, columns: str) -> None:
        self._database = database
        self._indexing = Indexing(database, LITTLE)
        self._rows = (
            f"SELECT {keys.COLUMNS}, {wanted.COLUMNS}, {columns} FROM job"  # noqa: S608
            " WHERE id IN (SELECT value FROM json_each(?))"
        )

    def page(self, parts: Sequence[Part], asked: Wanted, after: Key | None, limit: int) -> Found:
        """Return at most `limit` jobs of the parts that come after a key, in their order."""
        began = time.monotonic()
        few, sieve = self._ask_the_index(parts, asked, began + LOOK)
        if few is None:
            batches = self._sifted(parts, sieve, after)
        else:
            here = sorted(key for key in few if after is None or key > after)
            batches = _batches(here)
        return self._go_through(batches, asked, limit, began + BUDGET)

    def _ask_the_index(
        self, parts: Sequence[Part], asked: Wanted, deadline: float
    ) -> tuple[set[Key] | None, Sieve | None]:
        """Return the keys of all that can be meant if they are few, else what can tell them."""
        terms = asked.terms()
        if not terms or _is_short_anyway(parts, asked):
            return None, None
        low, high = self._database.read(IDS)[0]
        if high - low < SHORT:
            return _keys(self._newer(0, high, asked), parts), None
        state = ask(self._database, self._indexing, low, high, BEHIND)
        if state is None:
            return None, None
        sieve = Sieve(self._database, state, terms)
        low, high = self._bounds(parts, low, high)
        if low < state.low or high - state.high > BEHIND:
            return None, sieve
        jobs = sieve.collect(low, high, FEW, deadline)
        if jobs is None:
            return None, sieve
        rows = self._database.read(PLACES, (json.dumps(jobs),))
        return _keys(rows + self._newer(state.high, high, asked), parts), None

    def _newer(self, known: int, high: int, asked: Wanted) -> list[Row]:
        """Return what is meant of the jobs that the index does not know yet."""
        rows = self._database.read(NEWER, (known, high, asked.type, asked.queue))
        return [row for row in rows if not asked.words or has_words(row[-2], row[-1], asked.words)]

    def _bounds(self, parts: Sequence[Part], low: int, high: int) -> tuple[int, int]:
        """Return the lowest and the highest id that a job of the parts can have."""
        if any(part.rank == ENDED for part in parts):
            return low, high
        found = [self._database.read(BOUNDS[PARTS[part.rank]])[0] for part in parts]
        known = [each for each in found if each[0] is not None]
        return min((each[0] for each in known), default=0), max(
            (each[1] for each in known), default=0
        )

    def _sifted(
        self, parts: Sequence[Part], sieve: Sieve | None, after: Key | None
    ) -> Iterator[Batch]:
        """Yield all that can be meant and comes after a key, a batch at a time.

        There are empty ones too, which tell how far it has come.
        """
        beginning = True
        for part in parts:
            if after is not None and part.rank < after[0]:
                continue
            start = place_of(after) if after is not None and part.rank == after[0] else None
            for places in self._stretches(part, start):
                # Where many are meant, the first ones fill the page sooner than the index is asked.
                some = places if beginning else _possible(places, sieve)
                beginning = False
                yield from _batches([key_at(part, each) for each in some])
                yield [], key_at(part, places[-1])

    def _stretches(self, part: Part, after: Place | None) -> Iterator[Sequence[Place]]:
        """Yield the places of a part that come after one, not too many at once."""
        size = FIRST
        is_last = False
        while not is_last:
            places, is_last = part.stretch(self._database, after, size)
            for at in range(0, len(places), SIFTED):
                yield places[at : at + SIFTED]
            if places:
                after = places[-1]
            size = min(2 * size, LARGEST)

    def _go_through(
        self, batches: Iterable[Batch], asked: Wanted, limit: int, deadline: float
    ) -> Found:
        """Return the first jobs that are meant, as far as the time goes."""
        found: list[tuple[Key, Row]] = []
        for some, seen in batches:
            found += self._admitted(some, asked)
            if len(found) > limit:
                return Found(found[:limit], found[limit - 1][0])
            if time.monotonic() > deadline:
                return Found(found, seen)
        return Found(found, None)

    def _admitted(self, some: Sequence[Key], asked: Wanted) -> list[tuple[Key, Row]]:
        """Return those that are meant, and stand where they were found."""
        if not some:
            return []
        rows = self._database.read(self._rows, (json.dumps([job_of(key) for key in some]),))
        known = {row[0]: row for row in rows}
        width = keys.WIDTH + len(wanted.COLUMNS.split(", "))
        return [
            (key, row[width:])
            for key in some
            if (row := known.get(job_of(key)))
            and key_of(row) == key
            and asked.admits(row[keys.WIDTH : width])
        ]


def _is_short_anyway(parts: Sequence[Part], asked: Wanted) -> bool:
    """Tell whether the parts give what is asked without the index."""
    ranks = {PARTS.index(PROCESSING), PARTS.index(PENDING)}
    return (asked.type, asked.words) == (None, ()) and all(part.rank in ranks for part in parts)


def _keys(rows: Sequence[Row], parts: Sequence[Part]) -> set[Key]:
    """Return the keys of rows that begin with `keys.COLUMNS`, of those that the parts have."""
    found = ((key_of(row), row[1]) for row in rows)
    return {key for key, status in found if key and any(part.has(key, status) for part in parts)}


def _possible(places: Sequence[Place], sieve: Sieve | None) -> Sequence[Place]:
    """Return those places whose jobs can be meant."""
    if sieve is None:
        return places
    hits = sieve.among([job for _, job in places])
    low, high = sieve.state.low, sieve.state.high
    return [place for place in places if (job := place[1]) in hits or not low <= job <= high]


def _batches(some: Sequence[Key]) -> Iterator[Batch]:
    for start in range(0, len(some), AT_ONCE):
        part = some[start : start + AT_ONCE]
        yield part, part[-1]

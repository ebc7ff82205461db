"""Putting jobs into the index, a block at a time.

First what is new, then what was changed, then what is old, from the newest
back. The words are gathered outside the write turn, and a block goes into the
file in one transaction. Of several processes that do the same block the first
one counts, and the others stand back for a while.
"""

import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlite_transport.database import Database
from sqlite_transport.search.tables import State, read_state
from sqlite_transport.search.terms import PROPERTY, UNREAD, packed, terms_of, unpacked
from sqlite_transport.transaction import Row

#: Jobs in a block, and the ids that it may stretch over: places take two bytes.
BLOCK = 2048
SPAN = 2**16
#: Changed jobs that are put right at once.
CHANGES = 256
#: Ids behind the newest at which a block is made of fewer jobs: most are gone already.
STALE = 4 * BLOCK

#: Seconds that one call of an upkeep works at most, between two looks at an old
#: block, and to stand back when another process is at it.
AT_ONCE = 0.05
SWEEP = 10.0
STAND_BACK = 5.0
#: Seconds after the last search from which on nobody keeps the index up.
UNUSED = 86400.0

_TERMS = "id, type, queue, task_id, payload, content_type FROM job WHERE type != ''"
NEWER = f"SELECT {_TERMS} AND id > ?1 ORDER BY id LIMIT ?2"
OLDER = f"SELECT {_TERMS} AND id < ?1 ORDER BY id DESC LIMIT ?2"
WITHIN = f"SELECT {_TERMS} AND id BETWEEN ?1 AND ?2 ORDER BY id"
SOME = f"SELECT {_TERMS} AND id IN (SELECT value FROM json_each(?))"  # noqa: S608
NEWEST = "SELECT coalesce(max(id), 0) FROM job"

ADD_BLOCK = "INSERT INTO job_search_block VALUES (?, ?, ?, ?)"
ADD_TERM = "INSERT INTO job_search_term VALUES (?, ?, ?)"
REPLACE_TERM = "INSERT OR REPLACE INTO job_search_term VALUES (?, ?, ?)"
TERM = "SELECT jobs FROM job_search_term WHERE block = ? AND term = ?"
PROPERTIES = "SELECT term, jobs FROM job_search_term WHERE block = ? AND term BETWEEN ? AND ?"
STATE = "SELECT version, low, high, searched_at FROM job_search"
GROW = "UPDATE job_search SET low = ?, high = ?"

CHANGED = "SELECT job_id FROM job_search_changed WHERE job_id BETWEEN ? AND ? LIMIT ?"
SETTLED = "DELETE FROM job_search_changed WHERE job_id IN (SELECT value FROM json_each(?))"
BLOCK_OF = "SELECT id, last FROM job_search_block WHERE id <= ? ORDER BY id DESC LIMIT 1"

NEXT_BLOCK = "SELECT id, last, jobs FROM job_search_block WHERE id > ? ORDER BY id LIMIT 1"
LIVING = "SELECT count(*) FROM job WHERE id BETWEEN ? AND ? AND type != ''"
MARK_UNREAD = "UPDATE job_search_block SET unread = unread + 1 WHERE id = ?"
REMOVE_BLOCK = "DELETE FROM job_search_block WHERE id = ?"
REMOVE_TERMS = "DELETE FROM job_search_term WHERE block = ?"


class Block(NamedTuple):
    """Jobs that follow each other, and by term at which places after the first id they are.

    unread: how many there are whose arguments have too much in them.
    """

    first: int
    last: int
    jobs: int
    unread: int
    terms: list[tuple[int, str, bytes]]


class Indexing:
    """One process's work on the index of one file; `block`: how many jobs it takes at once."""

    def __init__(self, database: Database, block: int | None = None) -> None:
        self._database = database
        self._block = block or BLOCK
        self._more = False
        self._not_before = 0.0
        self._sweep_at = 0.0
        self._swept = 0

    def keep_up(self, changed: bool) -> None:
        """Do a little of what is to be done; `changed`: somebody has committed since."""
        self._more |= changed
        now = time.monotonic()
        if not self._more or now < self._not_before:
            return
        state = read_state(self._database)
        self._more = False
        if state is None or time.time() - state.searched_at > UNUSED:
            return
        self._more = not self.catch_up(AT_ONCE) or self._not_before > now
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP
            self._sweep()

    def catch_up(self, seconds: float) -> bool:
        """Work for so long at most; tell whether nothing is left to do."""
        deadline = time.monotonic() + seconds
        while self.step():
            if time.monotonic() >= deadline:
                return False
        return True

    def step(self) -> bool:
        """Put one block into the index; tell whether there was one, and nobody else did it."""
        state = read_state(self._database)
        return state is not None and (
            self._add_newer(state) or self._settle_changed(state) or self._add_older(state)
        )

    def _add_newer(self, state: State) -> bool:
        newest = self._database.read(NEWEST)[0][0]
        if newest - state.high < self._block:
            return False
        rows = self._database.read(NEWER, (state.high, self._block))
        if len(rows) < self._block and newest - state.high < STALE:
            return False
        block = block_of(rows)
        high = newest
        if block is not None:
            is_all = block.jobs == len(rows) < self._block
            high = max(newest, block.last) if is_all else block.last
        return self._add(state, block, state.low, high)

    def _add_older(self, state: State) -> bool:
        if state.low == 0:
            return False
        rows = self._database.read(OLDER, (state.low, self._block))
        # The newest of them, as far as a block can stretch.
        rows = [row for row in reversed(rows) if rows[0][0] - row[0] < SPAN]
        block = block_of(rows)
        low = block.first if block is not None and rows else 0
        return self._add(state, block, low, state.high)

    def _add(self, state: State, block: Block | None, low: int, high: int) -> bool:
        with self._database.writing as connection:
            if _covered(connection) != (state.low, state.high):
                self._not_before = time.monotonic() + STAND_BACK
                return False
            if block is not None:
                _insert(connection, block)
            connection.execute(GROW, (low, high))
        return True

    def _settle_changed(self, state: State) -> bool:
        """Add what changed jobs are about now; the words that they had find them still."""
        jobs = [row[0] for row in self._database.read(CHANGED, (state.low, state.high, CHANGES))]
        if not jobs:
            return False
        listed = json.dumps(jobs)
        with self._database.writing as connection:
            for job, *about in connection.execute(SOME, (listed,)).fetchall():
                _add_to_block(connection, job, terms_of(*about))
            connection.execute(SETTLED, (listed,))
        return True

    def _sweep(self) -> None:
        """Make one block smaller if most of its jobs are gone, or take it away with the last."""
        found = self._database.read(NEXT_BLOCK, (self._swept,))
        if not found:
            self._swept = 0
            return
        first, last, jobs = found[0]
        self._swept = first
        living = self._database.read(LIVING, (first, last))[0][0]
        if living * 2 > jobs:
            return
        with self._database.writing as connection:
            connection.execute(REMOVE_TERMS, (first,))
            connection.execute(REMOVE_BLOCK, (first,))
            block = block_of(connection.execute(WITHIN, (first, last)).fetchall())
            if block is not None:
                _insert(connection, block)


def block_of(rows: Sequence[Row]) -> Block | None:
    """Make a block of jobs in the order of their ids, as many as it can stretch over."""
    if not rows:
        return None
    first = last = rows[0][0]
    places: dict[str, list[int]] = {}
    jobs = 0
    for job, *about in rows:
        if job - first >= SPAN:
            break
        jobs, last = jobs + 1, job
        for term in terms_of(*about):
            places.setdefault(term, []).append(job - first)
    terms = [(first, term, packed(places[term])) for term in sorted(places)]
    return Block(first, last, jobs, len(places.get(UNREAD, ())), terms)


def _covered(connection: Any) -> tuple[int, int]:
    state = State._make(connection.execute(STATE).fetchone())
    return state.low, state.high


def _insert(connection: Any, block: Block) -> None:
    connection.execute(ADD_BLOCK, block[:4])
    connection.executemany(ADD_TERM, block.terms)


def _add_to_block(connection: Any, job: int, terms: set[str]) -> None:
    found = connection.execute(BLOCK_OF, (job,)).fetchone()
    if found is None or job > found[1]:
        return
    place = job - found[0]
    if UNREAD in terms:
        connection.execute(MARK_UNREAD, (found[0],))
    known = {
        term: unpacked(places)
        for term, places in connection.execute(PROPERTIES, (found[0], *PROPERTY)).fetchall()
    }
    for term, places in known.items():
        if term not in terms and place in places:
            places.remove(place)
            connection.execute(REPLACE_TERM, (found[0], term, packed(places)))
    for term in terms:
        stored = connection.execute(TERM, (found[0], term)).fetchone()
        places = unpacked(stored[0]) if stored else unpacked(b"")
        if place not in places:
            places.append(place)
            connection.execute(REPLACE_TERM, (found[0], term, packed(places)))

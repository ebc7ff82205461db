"""How a connection claims: straight from the queue, or through the gates while there are any.

Whether there are any is in the file, and the straight claim itself finds out:
it hands out nothing then. So a file without pauses, limits and breakers pays
for them with one comparison in each claim.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlite_transport import breakers, queue
from sqlite_transport.controls import KEY, TYPE, is_controlled, note_controlled
from sqlite_transport.gate import AT_ONCE
from sqlite_transport.gates import BLOCKING, NEXT_OPENING, Gates
from sqlite_transport.queue import Claimed
from sqlite_transport.settling import Delivery

#: Gates that one round through all of them looks at.
GATES_AT_ONCE = 200


class Claiming:
    """The claims of one connection, a transaction at a time: `begin`, `claim`, `end`.

    more: whether the last transaction's claims ended before they had looked
        at all that is ready. has_moved: whether a gate may now open at another
        time than was known before.
    """

    def __init__(self) -> None:
        self.more = False
        self.has_moved = False
        self._controlled = False
        self._opening: float | None = None
        self._gates: Gates | None = None
        self._has_settled = False

    def begin(
        self,
        connection: Any,
        settled: Collection[tuple[str, Delivery]],
        is_time: bool,
        now: float,
    ) -> None:
        """Let what was settled, already written, open and shut the gates.

        is_time: a gate may have been opened by the clock.
        """
        self.more = False
        self.has_moved = False
        self._gates = None
        if not self._controlled:
            return
        if not is_controlled(connection):
            self._controlled = False
            return
        self._gates = Gates(connection, now)
        self._has_settled = bool(settled)
        breakers.judge(self._gates, settled, now)
        self._gates.narrow()
        passed = {(delivery.type, delivery.limit_key) for _, delivery in settled}
        self._gates.release_all(_gates_of(passed))
        if is_time:
            self._gates.release_all(_gates_with_jobs(connection))

    def claim(
        self, connection: Any, queues: Sequence[str], limit: int, session: int, now: float
    ) -> list[Claimed]:
        """Hand at most `limit` jobs of these queues to the session, in their order."""
        if self._gates is None:
            jobs = queue.claim(connection, queues, limit, session, now)
            if jobs or not is_controlled(connection):
                return jobs
            self._controlled = True
            self._gates = Gates(connection, now)
            self._gates.narrow()
        jobs, gave_up = self._gates.claim(queues, limit, session)
        self.more |= gave_up
        self.has_moved |= bool(jobs)
        return jobs

    def end(self) -> set[str]:
        """Write where the gates stand; return the queues that have got work for others."""
        if self._gates is None:
            return set()
        self._gates.close()
        self.has_moved |= self._gates.has_blocked
        queues = set(self._gates.released.values())
        if self._has_settled:
            queues |= self._gates.queues_with_room()
        return queues

    def expect_gates(self) -> None:
        """Note that jobs wait at gates, though it was perhaps not this connection's claim."""
        self._controlled = True

    def next_time(self, reader: Any, next_due: float | None, now: float) -> float | None:
        """Return when the clock next makes a job ready: one that is due then, or a gate."""
        if not self._controlled:
            return next_due
        # What has come since the last look is not there any more, but to be acted on once.
        expected = self._opening
        self._opening = reader.execute(NEXT_OPENING, (now,)).fetchone()[0]
        has_come = expected is not None and expected <= now
        times = (next_due, self._opening, expected if has_come else None)
        return min((time for time in times if time is not None), default=None)


def _gates_of(passed: Collection[tuple[str | None, str | None]]) -> Iterable[str]:
    """Return the gates that jobs of these types and keys had to pass, the types' first."""
    yield from {f"{TYPE}:{name}" for name, _ in passed if name is not None}
    yield from (f"{KEY}:{name}:{key}" for name, key in passed if key is not None)


def _gates_with_jobs(connection: Any, after: str = "") -> list[str]:
    return [row[0] for row in connection.execute(BLOCKING, (after, GATES_AT_ONCE)).fetchall()]


def release_some(connection: Any, now: float, after: str = "") -> tuple[set[str], str | None]:
    """Release at all gates what may start, whatever has opened them.

    It goes through so many gates beyond the one called `after`, and moves so
    many jobs; return the queues that have got work, and where to go on, None at the end.
    """
    gates = Gates(connection, now)
    gates.narrow()
    names = _gates_with_jobs(connection, after)
    for name in names:
        if gates.release(name) == AT_ONCE:
            return set(gates.released.values()), after
        after = name
    queues = set(gates.released.values())
    if len(names) == GATES_AT_ONCE:
        return queues, after
    note_controlled(connection)
    return queues, None

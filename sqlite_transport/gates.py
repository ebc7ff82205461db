"""Which jobs may start, while anything is paused, limited or broken.

A gate is what several jobs have to pass: their type's (`type:NAME`: its pause,
concurrency, rate and breaker) and their key's (`key:NAME:KEY`: how many jobs
of a type with the same key). A claim that comes upon a job whose gate is shut
moves it aside, to the status `blocked`, so that no later claim has to pass it
again, and takes the next one. What frees a gate (a job that has ended, the
time, a word of an operator) moves the best of its blocked jobs back. A queue
that is paused or full is left alone as a whole.

How many jobs run is counted in the table at every claim, so nothing has to be
given back when a worker dies: its jobs do not run any more, and are not counted.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlite_transport.controls import KEY, QUEUE, TYPE, Control, find_controls, move
from sqlite_transport.gate import AT_ONCE, COLUMNS, Candidate, Gate
from sqlite_transport.queue import HANDED_OUT, URGENCY, Claimed, ready

#: Jobs that a round looks at after the first one, and rounds of a claim.
LOOK, ROUNDS = 64, 8

RUNNING = (
    f"SELECT {COLUMNS} FROM job"  # noqa: S608
    " WHERE session IS NOT NULL AND status = 'processing' AND transient = 0"
)
CLAIM = (
    "UPDATE job SET status = 'processing', session = ?1, deliveries = deliveries + 1,"  # noqa: S608
    " started_at = ?2, updated_at = ?2 WHERE id IN (SELECT value FROM json_each(?3))"
    f" {HANDED_OUT}, type, limit_key"
)
IS_READY = "SELECT 1 FROM job WHERE status = 'pending' AND queue = ? LIMIT 1"
BLOCK = "UPDATE job SET status = 'blocked', blocked_by = ?, updated_at = ? WHERE id = ?"
RELEASE = (
    "UPDATE job SET status = 'pending', blocked_by = NULL, updated_at = ?1 WHERE id IN"
    " (SELECT id FROM job WHERE status = 'blocked' AND blocked_by = ?2"
    " ORDER BY priority, id LIMIT ?3) RETURNING id, queue"
)

#: The gates that jobs wait at, in slices: each is found by one step into the index.
BLOCKING = """
WITH RECURSIVE gate (name) AS (
    SELECT (SELECT min(blocked_by) FROM job WHERE status = 'blocked' AND blocked_by > ?1)
    UNION ALL
    SELECT (SELECT min(blocked_by) FROM job WHERE status = 'blocked' AND blocked_by > gate.name)
    FROM gate WHERE gate.name IS NOT NULL
)
SELECT name FROM gate WHERE name IS NOT NULL LIMIT ?2
"""

#: When a gate that jobs wait at opens by the clock.
NEXT_OPENING = (
    "SELECT min(max(coalesce(opens_at, 0), coalesce(next_start_at, 0))) FROM control"
    " WHERE kind = 'type' AND paused_at IS NULL AND (opens_at > ?1 OR next_start_at > ?1)"
    " AND EXISTS (SELECT 1 FROM job WHERE status = 'blocked'"
    " AND blocked_by = 'type:' || control.name)"
)


class Gates:
    """All gates, as one transaction finds and leaves them.

    has_blocked: whether a claim has moved a job aside. released: the jobs that were
        moved back, and their queues.
    """

    def __init__(self, connection: Any, now: float) -> None:
        self._connection = connection
        self._now = now
        gates = [Gate(control) for control in find_controls(connection)]
        self._queues = {gate.control.name: gate for gate in gates if gate.control.kind == QUEUE}
        self._types = {gate.control.name: gate for gate in gates if gate.control.kind == TYPE}
        self._moved: dict[str, Control] = {}
        self.has_blocked = False
        self.released: dict[int, str] = {}

    def narrow(self) -> None:
        """Find out how much room there is, once the breakers have been told how jobs ended."""
        gates = [*self._queues.values(), *self._types.values()]
        queues: Counter[str] = Counter()
        types: Counter[str] = Counter()
        running: set[int] = set()
        if any(_counts(gate.control) for gate in gates):
            for job, queue, kind, key in self._connection.execute(RUNNING).fetchall():
                running.add(job)
                queues[queue] += 1
                types[kind] += 1
                gate = self._types.get(kind)
                if gate is not None and key is not None:
                    gate.keys[key] = gate.keys.get(key, 0) + 1
        for name, gate in self._queues.items():
            gate.narrow(queues[name], False, self._now)
        for name, gate in self._types.items():
            gate.narrow(types[name], gate.control.probe in running, self._now)

    def breaker_of(self, kind: str | None) -> Control | None:
        """Return what holds for a type, if it has a breaker."""
        gate = self._types.get(kind or "")
        return gate.control if gate is not None and gate.control.breaker_failures else None

    def note_moved(self, control: Control) -> None:
        """Have its breaker written at the end."""
        self._moved[control.name] = control

    def close(self) -> None:
        """Write where the rates and breakers stand now."""
        for gate in self._types.values():
            control = gate.control
            if gate.started and control.rate is not None:
                begin = max(control.next_start_at or 0.0, self._now)
                control.next_start_at = begin + gate.started / control.rate
            if gate.started and (control.rate is not None or control.opens_at is not None):
                self.note_moved(control)
        for control in self._moved.values():
            move(self._connection, control)

    # -- claiming ---------------------------------------------------------

    def claim(self, queues: Sequence[str], limit: int, session: int) -> tuple[list[Claimed], bool]:
        """Hand at most `limit` jobs that may start to the session.

        Tell also whether it gave up before it had looked at all.
        """
        admitted: dict[int, None] = {}
        look = limit
        for _ in range(ROUNDS):
            blocked: list[tuple[str, float, int]] = []
            passed_over = False
            for job in self._find(queues, look):
                if job.id in admitted:
                    continue  # by a round before: it is handed out at the end
                if len(admitted) == limit:
                    break
                queue = self._queues.get(job.queue)
                if queue is not None and queue.room <= 0:
                    passed_over = True
                    continue
                shut = self._shut_gate(job)
                if shut is not None:
                    blocked.append((shut, self._now, job.id))
                    continue
                admitted[job.id] = None
                if queue is not None:
                    queue.start(job)
            self._move_aside(blocked)
            if len(admitted) == limit or not (blocked or passed_over):
                return self._hand_out(admitted, session), False
            look = max(LOOK, limit) + len(admitted)
        return self._hand_out(admitted, session), True

    def _move_aside(self, jobs: Sequence[tuple[str, float, int]]) -> None:
        if not jobs:
            return
        self._connection.executemany(BLOCK, jobs)
        self.has_blocked = True
        # Who goes on to its key's gate leaves a place at its type's for another.
        owners = {
            owner.control.gate
            for gate, _, _ in jobs
            if gate.startswith(f"{KEY}:")
            and (owner := self._owner_of(gate.removeprefix(f"{KEY}:"))) is not None
        }
        self.release_all(owners)

    def _find(self, queues: Sequence[str], limit: int) -> Iterable[Candidate]:
        names = [
            name for name in queues if (gate := self._queues.get(name)) is None or gate.room > 0
        ]
        if not names:
            return ()
        rows = self._connection.execute(ready(len(names), COLUMNS), (*names, self._now, limit))
        return map(Candidate._make, rows.fetchall())

    def _shut_gate(self, job: Candidate) -> str | None:
        """Return which gate holds the job back; None if it starts, and has its place."""
        gate = self._types.get(job.type)
        if gate is None:
            return None
        if gate.room <= 0:
            return gate.control.gate
        if job.limit_key is not None and gate.room_for_key(job.limit_key) <= 0:
            return f"{KEY}:{job.type}:{job.limit_key}"
        gate.start(job)
        return None

    def _hand_out(self, jobs: Collection[int], session: int) -> list[Claimed]:
        if not jobs:
            return []
        listed = json.dumps([*jobs])
        rows = self._connection.execute(CLAIM, (session, self._now, listed)).fetchall()
        for row in rows:
            self.released.pop(row[0], None)
        return sorted(map(Claimed._make, rows), key=URGENCY)

    def queues_with_room(self) -> set[str]:
        """Return the limited queues of which more jobs may start, and are there."""
        return {
            name
            for name, gate in self._queues.items()
            if gate.control.concurrency is not None
            and gate.room > 0
            and self._connection.execute(IS_READY, (name,)).fetchone()
        }

    # -- releasing --------------------------------------------------------

    def release(self, gate: str) -> int:
        """Move the best of the jobs that wait at a gate back, as many as may start now."""
        room = self._room_for(gate)
        if not room:
            return 0
        released = self._connection.execute(RELEASE, (self._now, gate, room)).fetchall()
        self.released.update(released)
        return len(released)

    def _room_for(self, name: str) -> int:
        """Return how many of the jobs that wait at a gate may start now; what is gone is open."""
        kind, _, rest = name.partition(":")
        if kind == TYPE:
            gate = self._types.get(rest)
            return AT_ONCE if gate is None else max(gate.room, 0)
        owner = self._owner_of(rest)
        if owner is None:
            return AT_ONCE
        return max(owner.room_for_key(rest[len(owner.control.name) + 1 :]), 0)

    def _owner_of(self, rest: str) -> Gate | None:
        """Return the type of `NAME:KEY`, of which both may have colons."""
        for position, letter in enumerate(rest):
            if letter == ":":
                gate = self._types.get(rest[:position])
                if gate is not None and gate.key_limit is not None:
                    return gate
        return None

    def release_all(self, gates: Iterable[str]) -> None:
        """Do that for several."""
        for gate in gates:
            self.release(gate)


def _counts(control: Control) -> bool:
    """Tell whether it needs to be known what runs."""
    return (
        control.concurrency is not None
        or control.key_concurrency is not None
        or control.opens_at is not None
    )

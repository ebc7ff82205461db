"""One gate in one transaction: how much room it has, and who takes it."""

from typing import NamedTuple

from sqlite_transport.controls import Control

#: Jobs that a gate without a limit lets through in one transaction.
AT_ONCE = 500

#: Seconds within which the starts of a fast rate may come in a bunch.
BUNCH = 0.05


class Candidate(NamedTuple):
    """A job that is ready, as far as the gates need to know it."""

    id: int
    queue: str
    type: str
    limit_key: str | None


COLUMNS = ", ".join(Candidate._fields)


class Gate:
    """What holds for one queue or type, in one transaction.

    room: how many more of its jobs may start now.
    """

    __slots__ = ("control", "key_limit", "keys", "room", "started")

    def __init__(self, control: Control) -> None:
        self.control = control
        self.key_limit = control.key_concurrency
        self.keys: dict[str, int] = {}
        self.room = AT_ONCE
        self.started = 0

    def narrow(self, running: int, has_probe: bool, now: float) -> None:
        """Take off the room what is taken, and what the clock, the breaker and the pause forbid."""
        control = self.control
        if control.concurrency is not None:
            self.room = min(self.room, control.concurrency - running)
        if control.rate is not None:
            self.room = min(self.room, _room_in_rate(control.rate, control.next_start_at, now))
        if control.opens_at is not None:
            self.room = min(self.room, 0 if control.opens_at > now or has_probe else 1)
        if control.paused_at is not None:
            self.room = 0

    def start(self, job: Candidate) -> None:
        """Take a place for a job."""
        self.room -= 1
        self.started += 1
        if self.key_limit is not None and job.limit_key is not None:
            self.keys[job.limit_key] = self.keys.get(job.limit_key, 0) + 1
        if self.control.opens_at is not None:
            self.control.probe = job.id

    def room_for_key(self, key: str) -> int:
        """Return how many more jobs with this key may start."""
        limit = self.key_limit
        return AT_ONCE if limit is None else limit - self.keys.get(key, 0)


def _room_in_rate(rate: float, next_start_at: float | None, now: float) -> int:
    """Return how many may start now: one, and of a fast rate as many as come in a bunch."""
    period = 1 / rate
    bunch = max(BUNCH - period, 0.0)
    late = now + bunch - (next_start_at or 0.0)
    return 0 if late < 0 else 1 + int(min(late, bunch) / period)

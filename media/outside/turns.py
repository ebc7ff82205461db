"""Whose turn it is to ask a service, over all worker processes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.dialects.sqlite import insert

from media.library.database import Library
from media.library.models import OutsideService
from media.outside import breaker, limiter
from media.outside.service import Service


@dataclass(frozen=True)
class Turn:
    """The right to make one request from `at` on, in seconds since 1970.

    `failures` is how many in a row there had been; `probe` is set for the one
    that tries whether a service that was given up is back.
    """

    at: float
    failures: int
    probe: float | None = None


@dataclass(frozen=True)
class Turns:
    """The turns of `service`.

    Each is to be told one end: `succeeded` (the service answered, and be it
    404), `failed`, `refused_for` (429) or `abandoned` (broken off, nobody
    knows). A turn costs one short transaction, and a success after a success
    nothing more.
    """

    library: Library
    service: Service

    def take(self, lease_seconds: float) -> Turn:
        """Wait until the next request may be made, 10 s at most.

        `lease_seconds` is how long the request may take: a probe that has not
        ended by then died, and another one takes its place.

        Raises:
            RateLimitedError: it would have to wait longer; `retry_after` tells how long.
            CircuitOpenError: the service failed too often, and it is not yet time to try again.
        """
        with self._row() as row:
            turn = self._reserve(row, time.time(), lease_seconds)
        wait = turn.at - time.time()
        if wait > 0:
            time.sleep(wait)
            self._look_again(turn)
        return turn

    def succeeded(self, turn: Turn) -> None:
        """Note that the service answered: it lives."""
        if turn.failures:
            with self._row() as row:
                breaker.note_success(row, self.service, turn.probe)

    def failed(self, turn: Turn, error: str) -> None:
        """Note that the service failed: 5xx, too slow, or not there."""
        with self._row() as row:
            breaker.note_failure(row, self.service, turn.probe, error, time.time())

    def refused_for(self, turn: Turn, seconds: float) -> None:
        """Note that the service lives, and let nobody ask it for `seconds`."""
        with self._row() as row:
            breaker.note_success(row, self.service, turn.probe)
            limiter.block(row, seconds, time.time())

    def abandoned(self, turn: Turn) -> None:
        """Note that we broke the request off ourselves: a probe is free for another."""
        if turn.probe is not None:
            with self._row() as row:
                breaker.release_probe(row, turn.probe)

    def _reserve(self, row: OutsideService, now: float, lease_seconds: float) -> Turn:
        if not breaker.is_open(row, self.service):
            return Turn(limiter.reserve_slot(row, self.service, now), row.failures)
        until = now + limiter.LONGEST_WAIT + lease_seconds
        probe = breaker.take_probe(row, self.service, now, until)
        return Turn(limiter.reserve_slot(row, self.service, now), row.failures, probe)

    def _look_again(self, turn: Turn) -> None:
        """Raise if the service refused or failed somebody while this one waited."""
        now = time.time()
        with self.library.reading() as session:
            row = session.get_one(OutsideService, self.service.name)
            if breaker.is_open(row, self.service) and row.probe_until != turn.probe:
                raise breaker.given_up(row, self.service, now)
            blocked = limiter.blocked_for(row, now)
        if blocked:
            self.abandoned(turn)
            raise limiter.too_many(self.service, blocked)

    @contextmanager
    def _row(self) -> Iterator[OutsideService]:
        """Open the service's row for writing; nothing is kept of it when an error is raised."""
        with self.library.noting() as session:
            fresh = insert(OutsideService).values(name=self.service.name)
            session.execute(fresh.on_conflict_do_nothing())
            row = session.get_one(OutsideService, self.service.name)
            row.updated_at = datetime.now(UTC)
            yield row

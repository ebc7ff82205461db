"""The numbers of a queue, as one object."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlite_transport.jobs.checks import window_of
from sqlite_transport.lists.counting import Counting
from sqlite_transport.lists.pending import Counts
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED, OVER

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many jobs are still to be done, by status."""

    pending: int = 0
    scheduled: int = 0
    blocked: int = 0
    processing: int = 0

    @property
    def total_active(self) -> int:
        """All of them."""
        return self.pending + self.scheduled + self.blocked + self.processing


Kind = TypeVar("Kind", bound=Numbers)


class QueueStats(Numbers):
    """The numbers of a queue."""

    __slots__ = ()


class TypeStats(Numbers):
    """The numbers of a type."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """How it stands with the jobs at a moment.

    pending, scheduled, blocked, processing, total_active: jobs still to be
        done; exact. Messages that are no tasks do not count.
    oldest_pending_age: seconds for which the job has been ready that is ready
        the longest, None if none is.
    completed, failed, cancelled: what has ended so within the last `window`
        seconds and is still in the history. Of each, 100,000 are counted at
        most, the latest; 10,000 of a history elsewhere.
    completed_per_minute, failed_per_minute: over the window, or, where more
        have ended than are counted, over the time that those took.
    queues: by name, those too that are declared durable and empty. types: by
        name, those with a job that is still to be done.
    warnings: which of the numbers are not known, in sentences, and 0 or None
        therefore; never on `sqlite://`.
    """

    pending: int
    scheduled: int
    blocked: int
    processing: int
    total_active: int
    oldest_pending_age: float | None
    window: float
    completed: int
    failed: int
    cancelled: int
    completed_per_minute: float
    failed_per_minute: float
    queues: dict[str, QueueStats]
    types: dict[str, TypeStats]
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        told = asdict(self)
        for name in ("queues", "types"):
            for key, numbers in getattr(self, name).items():
                told[name][key]["total_active"] = numbers.total_active
        return told


#: Returns how many have ended so since a moment, and since when those are all.
Ended = Callable[[str, float], tuple[int, float]]


def stats_of(counting: Counting, ended_since: Ended, window: float) -> Stats:
    """Count what is to be done, and what has ended in the last `window` seconds.

    Raises:
        JobError: the window is no time.
    """
    window = window_of(window)
    census = counting.census()
    now = time.time()
    ended = {status: ended_since(status, now - window) for status in OVER}
    totals = Numbers(**{status: counts.total() for status, counts in census.counts.items()})
    queues = _by(QueueStats, census.counts, 0)
    return Stats(
        **asdict(totals),
        total_active=totals.total_active,
        oldest_pending_age=census.oldest,
        window=window,
        completed=ended[COMPLETED][0],
        failed=ended[FAILED][0],
        cancelled=ended[CANCELLED][0],
        completed_per_minute=_per_minute(*ended[COMPLETED], now),
        failed_per_minute=_per_minute(*ended[FAILED], now),
        queues={name: QueueStats() for name in counting.queues()} | queues,
        types=_by(TypeStats, census.counts, 1),
    )


def _by(kind: type[Kind], counts: Mapping[str, Counts], column: int) -> dict[str, Kind]:
    """Return the numbers by queue (column 0) or by type (1), in the order of their names."""
    totals: dict[str, Counter[str]] = {}
    for status, each in counts.items():
        for names, count in each.items():
            totals.setdefault(names[column], Counter())[status] += count
    return {name: kind(**totals[name]) for name in sorted(totals)}


def _per_minute(count: int, since: float, now: float) -> float:
    return count * MINUTE / max(now - since, MINUTE / 60)

"""The numbers: what waits in the broker, what workers hold, and what has ended."""

import time
from collections import Counter
from collections.abc import Iterable

from sqlite_transport.jobs.checks import window_of
from sqlite_transport.jobs.elsewhere.asking import TIMEOUT
from sqlite_transport.jobs.elsewhere.holding import ACTIVE, RESERVED, WAITING, held_jobs
from sqlite_transport.jobs.elsewhere.looking import Looking
from sqlite_transport.jobs.elsewhere.queues import QUEUES, Queues, total
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.stats import MINUTE, QueueStats, Stats, TypeStats
from sqlite_transport.status import (
    CANCELLED,
    COMPLETED,
    FAILED,
    OVER,
    PENDING,
    PROCESSING,
    SCHEDULED,
)


class Counting(Looking, Queues):
    """The verb `stats`."""

    def stats(self, *, window: float = 3600.0) -> Stats:
        """Return how many jobs there are, and how many have ended in the last `window` seconds.

        `pending` are the messages in the queues that the application and the
        workers name; of what type they are, and since when they wait, nobody
        knows, so `types` counts what workers hold. What could not be counted is
        told in `warnings`.

        Raises:
            JobError: the window is no time.
            OperationalError: the broker or the history cannot be reached.
        """
        window = window_of(window)
        active, reserved, scheduled, queues = self._ask(ACTIVE, RESERVED, WAITING, QUEUES)
        jobs = held_jobs(active, reserved, scheduled)
        waiting = self._waiting(sorted(self._known_queues(queues)))
        held = Counter(job.status for job in jobs)
        ended = self._ended_in(window)
        return Stats(
            pending=total(waiting),
            scheduled=held[SCHEDULED],
            blocked=0,
            processing=held[PROCESSING],
            total_active=total(waiting) + len(jobs),
            oldest_pending_age=None,
            window=window,
            completed=ended[COMPLETED],
            failed=ended[FAILED],
            cancelled=ended[CANCELLED],
            completed_per_minute=ended[COMPLETED] * MINUTE / max(window, 1.0),
            failed_per_minute=ended[FAILED] * MINUTE / max(window, 1.0),
            queues=_by_queue(jobs, waiting),
            types=_by_type(jobs),
            warnings=tuple(self._unknown(heard=bool(active and reserved and scheduled))),
        )

    def _ended_in(self, window: float) -> Counter[str]:
        if self._archive is None:
            return Counter()
        from sqlite_transport.history_store.browsing import Browsed

        since = time.time() - window
        return Counter({each: self._archive.count(Browsed((each,), since=since)) for each in OVER})

    def _unknown(self, heard: bool) -> Iterable[str]:
        yield f"{self.scheme}:// does not tell the types of pending jobs, nor since when they wait"
        if not heard:
            yield (
                f"no worker has answered within {TIMEOUT:g} s: "
                "processing and scheduled are not known"
            )
        if self._archive is None:
            yield "there is no history_url: completed, failed and cancelled are not known"


def _by_queue(jobs: Iterable[Job], waiting: dict[str, int | None]) -> dict[str, QueueStats]:
    numbers: dict[str, Counter[str]] = {
        name: Counter({PENDING: count or 0}) for name, count in waiting.items()
    }
    for job in jobs:
        numbers.setdefault(job.queue, Counter())[job.status] += 1
    return {name: QueueStats(**numbers[name]) for name in sorted(numbers)}


def _by_type(jobs: Iterable[Job]) -> dict[str, TypeStats]:
    numbers: dict[str, Counter[str]] = {}
    for job in jobs:
        numbers.setdefault(job.type, Counter())[job.status] += 1
    return {name: TypeStats(**numbers[name]) for name in sorted(numbers)}

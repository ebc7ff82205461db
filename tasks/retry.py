"""When a job tries again after a failure that may pass, and for how long."""

import random
import time
from dataclasses import dataclass
from typing import Any

from celery.utils.log import get_task_logger

from media.errors import (
    CacheUnavailableError,
    CircuitOpenError,
    DiskFullError,
    LibraryDatabaseError,
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    NoVideoError,
    PassingError,
    PlayerBusyError,
    PlayerNotUpdatedError,
    ProbeTimedOutError,
    RateLimitedError,
    ServiceFailedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    StillCopyingError,
)

logger = get_task_logger(__name__)


_WAITS = "media_waits"
_WAITS_SINCE = "media_waits_since"
_JITTER = 0.25


@dataclass(frozen=True)
class Backoff:
    """Waits that double from `first` seconds up to `ceiling`, `retries` times."""

    first: float
    ceiling: float
    retries: int

    def countdown(self, retried: int) -> float:
        """Return the seconds to wait after `retried` retries so far."""
        return float(min(self.first * 2.0 ** min(retried, 32), self.ceiling))


# A service outside that fails: an hour and a half in all.
_SERVICE = Backoff(first=5, ceiling=900, retries=12)

BACKOFFS: dict[type[PassingError], Backoff] = {
    # A large movie over a slow line: five hours.
    StillCopyingError: Backoff(first=10, ceiling=300, retries=64),
    # A file server that is down for the night: ten hours.
    LibraryUnavailableError: Backoff(first=30, ceiling=900, retries=44),
    # A network share that shows new directories and files late: five minutes.
    MovieDirectoryMissingError: Backoff(first=10, ceiling=120, retries=5),
    NoVideoError: Backoff(first=10, ceiling=120, retries=5),
    ProbeTimedOutError: Backoff(first=60, ceiling=600, retries=5),
    LibraryDatabaseError: Backoff(first=5, ceiling=300, retries=12),
    ServiceFailedError: _SERVICE,
    ServiceTimedOutError: _SERVICE,
    ServiceUnreachableError: _SERVICE,
    # Of a provider's many movies each waits its turn: it may take a day.
    RateLimitedError: Backoff(first=30, ceiling=900, retries=200),
    # These two say themselves for how long; waiting for them is no attempt, see below.
    CircuitOpenError: Backoff(first=60, ceiling=60, retries=0),
    PlayerBusyError: Backoff(first=60, ceiling=60, retries=0),
    PlayerNotUpdatedError: Backoff(first=30, ceiling=300, retries=6),
    DiskFullError: Backoff(first=60, ceiling=900, retries=44),
    CacheUnavailableError: Backoff(first=30, ceiling=900, retries=12),
}

# A service that nobody may ask now, and a player that shows a film: neither is the job's
# doing. But one job in a thousand is let through to a service that is down, so it is the
# time that ends the others' waiting, in seconds.
LONGEST_WAITS: dict[type[PassingError], float] = {
    CircuitOpenError: 2 * 3600.0,
    PlayerBusyError: 24 * 3600.0,
}


def is_spent(task: Any, error: PassingError) -> bool:
    """Whether the job has been tried again as often, or has waited as long, as it may."""
    longest = LONGEST_WAITS.get(type(error))
    if longest is not None:
        return time.time() - _waits_since(task) >= longest
    return _attempts(task) >= BACKOFFS[type(error)].retries


def try_later(task: Any, error: PassingError) -> BaseException:
    """Send the job again and return what it has to raise now."""
    countdown = wait_after(task, error)
    logger.warning("tries again in %g s: %s: %s", countdown, type(error).__name__, error)
    waits = _waits(task) + (type(error) in LONGEST_WAITS)
    headers = {_WAITS: waits, _WAITS_SINCE: _waits_since(task) if waits else None}
    again: BaseException = task.retry(
        exc=error,
        kwargs={**task.request.kwargs, **error.remembers},
        countdown=countdown,
        # Whether it may has been decided: Celery counts the waits too.
        max_retries=task.request.retries + 1,
        headers=headers,
        throw=False,
    )
    return again


def wait_after(task: Any, error: PassingError) -> float:
    """Return for how long to wait before the next attempt, in seconds."""
    usual = BACKOFFS[type(error)].countdown(_attempts(task))
    if error.retry_after is None:
        return usual
    # All that wait for the same were told the same: not at the same moment again.
    said = error.retry_after * random.uniform(1.0, 1.0 + _JITTER)  # noqa: S311 (no secret)
    # Proxies that know nothing say 0, and so does a date to a clock that is ahead: all
    # attempts would be made before the service is back.
    return max(said, usual) if isinstance(error, ServiceFailedError) else said or usual


def _attempts(task: Any) -> int:
    """Return how often the job was tried again in earnest."""
    return int(task.request.retries) - _waits(task)


def _waits(task: Any) -> int:
    """Return how often it only waited.

    A job that a person has sent again begins anew, and has its headers still.
    """
    return min(int(getattr(task.request, _WAITS, None) or 0), int(task.request.retries))


def _waits_since(task: Any) -> float:
    """Return when it began to wait, in seconds since 1970; now, if it has not waited yet."""
    since = getattr(task.request, _WAITS_SINCE, None) if _waits(task) else None
    return float(since or time.time())

"""When a job tries again after a failure that may pass, and for how long."""

from dataclasses import dataclass, replace

from media.errors import (
    LibraryDatabaseError,
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    NoVideoError,
    PassingError,
    ProbeTimedOutError,
    StillCopyingError,
)


@dataclass(frozen=True)
class Backoff:
    """Waits that double from `first` seconds up to `ceiling`, `retries` times."""

    first: float
    ceiling: float
    retries: int

    def countdown(self, retried: int) -> float:
        """Return the seconds to wait after `retried` retries so far."""
        return float(min(self.first * 2.0 ** min(retried, 32), self.ceiling))


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
}


def backoff_after(error: PassingError, quiet_seconds: float) -> Backoff:
    """Return how to go on after `error`.

    A file that is being copied is looked at again once it can have been left
    alone for `quiet_seconds`.
    """
    backoff = BACKOFFS[type(error)]
    if isinstance(error, StillCopyingError):
        return replace(backoff, first=quiet_seconds)
    return backoff

"""When the next request to a service may be made. Times are seconds since 1970."""

from media.errors import RateLimitedError
from media.library.models import OutsideService
from media.outside.retry_after import LONGEST
from media.outside.service import Service

# Who would have to wait longer gives its worker free and comes again.
LONGEST_WAIT = 10.0


def reserve_slot(row: OutsideService, service: Service, now: float) -> float:
    """Take the next free moment and return it.

    Raises:
        RateLimitedError: it is too far away to wait for; nothing is taken then.
    """
    interval = 1 / service.requests_per_second if service.requests_per_second else 0.0
    slot = max(
        now,
        _believable(row.next_request_at, now, LONGEST_WAIT + interval),
        _blocked_until(row, now),
    )
    if slot - now > LONGEST_WAIT:
        raise too_many(service, slot - now)
    row.next_request_at = slot + interval
    return slot


def blocked_for(row: OutsideService, now: float) -> float:
    """Return for how many seconds more the service wants to be left alone; 0 if it does not."""
    return max(_blocked_until(row, now) - now, 0.0)


def block(row: OutsideService, seconds: float, now: float) -> None:
    """Let nobody ask for `seconds`."""
    row.blocked_until = max(_blocked_until(row, now), now + seconds)


def too_many(service: Service, seconds: float) -> RateLimitedError:
    """Return the error for who would have to wait `seconds`."""
    return RateLimitedError(
        f"{service.name} may not be asked for {seconds:.1f} s more", retry_after=seconds
    )


def _blocked_until(row: OutsideService, now: float) -> float:
    return _believable(row.blocked_until, now, LONGEST)


def _believable(until: float, now: float, longest: float) -> float:
    """Return `until`, or 0 where only a clock that was put back can explain it."""
    return until if until - now <= longest + 1 else 0.0

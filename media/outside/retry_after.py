"""How long a service asks to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
UNSAID = 10.0


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that Retry-After asks for, at most an hour; None where it says nothing.

    It is a number of seconds or a date; `now` is in seconds since 1970.
    """
    said = headers.get("retry-after", "").strip()
    seconds = _seconds(said) if said.isascii() and said.isdigit() else _until(said, now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST)


def _seconds(digits: str) -> float:
    return LONGEST if len(digits) > 9 else float(digits)


def _until(said: str, now: float) -> float | None:
    try:
        date: datetime = parsedate_to_datetime(said)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return date.timestamp() - now

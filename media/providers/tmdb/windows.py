"""Spans of time that TMDB answers about: it knows days, and at most 14 of them at once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

LONGEST = timedelta(days=14)


def day_windows(since: datetime, until: datetime) -> Iterator[tuple[date, date]]:
    """Yield first and last day of the windows that cover `since` to `until`.

    The last window ends with the day after, since nobody says whether TMDB counts
    the last day; days at the seams are asked for twice for the same reason.
    """
    first = since.astimezone(UTC).date()
    end = until.astimezone(UTC).date() + timedelta(days=1)
    while first < end:
        last = min(first + LONGEST, end)
        yield first, last
        first = last

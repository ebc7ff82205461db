"""Times as a person reads them, and as a person gives them."""

import re
import time
from datetime import UTC, datetime

from sqlite_transport.retention import UNITS

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_STEPS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


class Clock:
    """Local time, or UTC, and the moment from which ages count."""

    def __init__(self, utc: bool) -> None:
        self.utc = utc
        self.now = time.time()

    def full(self, moment: float | None) -> str:
        """Return a time to the second with its age: `2026-01-31 14:03:22 (3 m ago)`."""
        if moment is None:
            return "-"
        return f"{self.stamp(moment)} ({self.ago(moment)})"

    def stamp(self, moment: float) -> str:
        """Return the date and the time."""
        return f"{self._at(moment):%Y-%m-%d %H:%M:%S}{self._zone}"

    def short(self, moment: float | None) -> str:
        """Return the time of today, the date of another day, with its age: `14:03:22, 3 m ago`."""
        if moment is None:
            return "-"
        at = self._at(moment)
        today = at.date() == self._at(self.now).date()
        day = f"{at:%H:%M:%S}{self._zone}" if today else f"{at:%Y-%m-%d}"
        return f"{day}, {self.ago(moment)}"

    def time(self, moment: float) -> str:
        """Return the time of day."""
        return f"{self._at(moment):%H:%M:%S}{self._zone}"

    def ago(self, moment: float) -> str:
        """Return how long a moment is ago, or until it comes."""
        seconds = round(self.now - _in_calendar(moment))
        return f"in {_whole(-seconds)}" if seconds < 0 else f"{_whole(seconds)} ago"

    @property
    def _zone(self) -> str:
        return "Z" if self.utc else ""

    def _at(self, moment: float) -> datetime:
        at = datetime.fromtimestamp(_in_calendar(moment), UTC)
        return at if self.utc else at.astimezone()


def _in_calendar(moment: float) -> float:
    """Return the moment, or the nearest that a date can tell: a file may hold any number."""
    return min(max(moment, -6e10), 2.5e11)


def span(seconds: float | None) -> str:
    """Return a length of time in its largest whole unit; below ten seconds more exactly."""
    if seconds is None:
        return "-"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms" if seconds else "0 s"
    return f"{seconds:.1f} s" if seconds < 9.95 else _whole(round(seconds))


def _whole(seconds: int) -> str:
    unit, name = next((step for step in _STEPS if seconds >= step[0]), _STEPS[-1])
    return f"{seconds // unit} {name}"


def seconds_of(value: str) -> float | None:
    """Return the seconds in a length of time such as `90s`, `10m`, `2h`, `7d`, else None."""
    found = _SPAN.fullmatch(value.strip())
    return float(found[1]) * UNITS[found[2]] if found else None


def moment_of(value: str) -> float | None:
    """Return the moment that an ISO 8601 time names, local if it names no offset; None if none."""
    try:
        return datetime.fromisoformat(value.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        return None

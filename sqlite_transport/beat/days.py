"""The moments at which a cron expression is due on a day, whatever the clocks do on it.

An expression names times of day, and when clocks are set back or forward, there
are times that come twice and times that do not come:

- A time at certain hours is due once a day. If it comes twice, it is due the
  first time; if it is skipped, as much later as the clocks were set forward by:
  02:30 at 03:30.
- A time at every hour is due each time that it comes, and not if it is skipped:
  every quarter of an hour stays one.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

HOURS = 24


class TimesOfDay(NamedTuple):
    """The hours and minutes of an expression, in its time zone."""

    hours: Collection[int]
    minutes: Collection[int]
    zone: tzinfo

    def on(self, day: date) -> list[datetime]:
        """Return the moments of a day, in UTC and in their order."""
        find = self._each_time if len(self.hours) == HOURS else self._once
        return sorted(
            {
                moment
                for hour in self.hours
                for minute in self.minutes
                for moment in find(datetime(day.year, day.month, day.day, hour, minute))
            }
        )

    def _once(self, local: datetime) -> Iterator[datetime]:
        # By PEP 495 a skipped time counts by the offset before the change, unless told otherwise.
        yield local.replace(tzinfo=self.zone).astimezone(UTC)

    def _each_time(self, local: datetime) -> Iterator[datetime]:
        for fold in (0, 1):
            moment = local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
            if moment.astimezone(self.zone).replace(tzinfo=None, fold=0) == local:
                yield moment

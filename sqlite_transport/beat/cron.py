"""Cron expressions that have a time zone, and keep to it when clocks change."""

import re
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab

from sqlite_transport.beat.days import TimesOfDay

#: Days after which an expression that is due at all has been due: 29 February comes every
#: eight years at least, and on a given day of the week every forty.
FAR = 41 * 366

#: Days whose moments are remembered: who asks goes through yesterday, today and tomorrow.
KEPT = 6

#: How many days a month has at most.
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
_SEVEN = re.compile(r"(?<![/\d])7(?!\d)")


def cron(expression: str, timezone: str | tzinfo | None = None) -> "Crontab":
    """Return the schedule of a cron expression, for an entry of `beat_schedule`.

        beat_schedule = {
            "cleanup": {"task": "cleanup", "schedule": cron("0 3 * * *", timezone="Europe/Berlin")}
        }

    expression: minute, hour, day of the month, month, day of the week (0 or 7 is
        Sunday), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
    timezone: a name such as `Europe/Berlin`; by default the application's
        (Celery's setting `timezone`, UTC if there is none).

    Caveat: with a day of the month and a day of the week it is due where both
    hold, as ever with Celery; other crons take either.

    Raises:
        ValueError: the expression or the time zone is none, and why.
    """
    fields = NAMED.get(expression.strip().lower(), expression).split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f"{expression!r} is no cron expression: write minute, hour, day of the month, month "
            f"and day of the week, such as '0 3 * * *', or one of {', '.join(NAMED)}"
        )
    named = dict(zip(_FIELDS, fields, strict=True))
    named["day_of_week"] = _SEVEN.sub("0", named["day_of_week"].replace("0-7", "0-6"))
    try:
        return Crontab(**named, timezone=timezone)
    except ParseException as error:
        raise ValueError(f"{expression!r} is no cron expression: {error}") from error
    except ValueError as error:
        raise ValueError(f"{expression!r}: {error}") from error


class Crontab(crontab):
    """Celery's crontab, with a time zone of its own, and right when clocks change (see `days`).

    timezone: as in `cron`. All else as Celery's.
    """

    def __init__(
        self,
        minute: Any = "*",
        hour: Any = "*",
        day_of_week: Any = "*",
        day_of_month: Any = "*",
        month_of_year: Any = "*",
        timezone: str | tzinfo | None = None,
        **options: Any,
    ) -> None:
        super().__init__(minute, hour, day_of_week, day_of_month, month_of_year, **options)
        # Celery 5.6 does not look.
        if not any(day <= LONGEST[month - 1] for month in self.month_of_year for day in self._days):
            raise ValueError(f"no month of {month_of_year!r} has a day {day_of_month!r}")
        self._zone = _zone(timezone)
        self._known: dict[tuple[date, tzinfo], list[datetime]] = {}

    @classmethod
    def like(cls, other: crontab) -> "Crontab":
        """Return one that is due when Celery's own is to be, in the application's time zone."""
        made = cls(
            other._orig_minute,
            other._orig_hour,
            other._orig_day_of_week,
            other._orig_day_of_month,
            other._orig_month_of_year,
        )
        made.nowfun, made._app = other.nowfun, other._app
        made._orig_kwargs = other._orig_kwargs
        return made

    @property
    def tz(self) -> tzinfo:
        """The time zone in which it counts."""
        zone: tzinfo = self._zone or self.app.timezone
        return zone

    def first_after(self, moment: datetime) -> datetime:
        """Return when it is due next after a moment, both aware; in UTC."""
        times = TimesOfDay(self.hour, self.minute, self.tz)
        day = moment.astimezone(self.tz).date() - timedelta(days=1)
        for _ in range(FAR):
            found = _next_of(self._on(day, times), moment)
            if found is not None:
                # The clocks may change around midnight, so that a time of a day comes in the next.
                other = _next_of(self._on(_next(day), times), moment)
                return found if other is None else min(found, other)
            day = _next(day)
        raise ValueError(f"{self!r} is never due")  # pragma: no cover - refused when it is made

    def remaining_delta(
        self, last_run_at: datetime, *_: Any, **__: Any
    ) -> tuple[datetime, timedelta, datetime]:
        """Return the last run, how long after it the next one is due, and the present moment."""
        start = self.maybe_make_aware(last_run_at).astimezone(UTC)
        now = self.maybe_make_aware(self.now()).astimezone(UTC)
        return start, self.first_after(start) - start, now

    def _on(self, day: date, times: TimesOfDay) -> list[datetime]:
        if (
            day.month not in self.month_of_year
            or day.day not in self.day_of_month
            or day.isoweekday() % 7 not in self.day_of_week
        ):
            return []
        key = day, times.zone
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[key] = times.on(day)
        return self._known[key]

    @property
    def _days(self) -> set[int]:
        days: set[int] = self.day_of_month
        return days

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Crontab) and str(self._zone) != str(other._zone):
            return False
        return bool(super().__eq__(other))

    # As Celery's.
    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (
            self._orig_minute,
            self._orig_hour,
            self._orig_day_of_week,
            self._orig_day_of_month,
            self._orig_month_of_year,
            self._zone,
        )
        return type(self), fields, self._orig_kwargs


def _zone(zone: str | tzinfo | None) -> tzinfo | None:
    if not isinstance(zone, str):
        return zone
    try:
        return ZoneInfo(zone)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(
            f"there is no time zone {zone!r}: write a name such as Europe/Berlin, "
            "and `pip install tzdata` where the system knows none"
        ) from error


def _next_of(moments: list[datetime], moment: datetime) -> datetime | None:
    place = bisect_right(moments, moment)
    return moments[place] if place < len(moments) else None


def _next(day: date) -> date:
    return day + timedelta(days=1)

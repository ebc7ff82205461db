"""An entry of `beat_schedule`, and how its times are told."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from celery.beat import ScheduleEntry
from celery.schedules import crontab
from celery.schedules import schedule as interval

from sqlite_transport.beat.cron import Crontab

#: The option of an entry by which its jobs may overlap.
OVERLAP = "overlap"


class Scheduled(ScheduleEntry):
    """Celery's entry; a crontab counts as `Crontab` does."""

    schedule: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if type(self.schedule) is crontab:
            self.schedule = Crontab.like(self.schedule)

    @property
    def may_overlap(self) -> bool:
        """Whether it is sent although its last job has not ended."""
        return bool(self.options.get(OVERLAP))

    def ran(self, moment: float, count: int) -> None:
        """Note when it was last dealt with, in seconds since 1970 UTC, and how often it was sent.

        An interval is counted in UTC: in a zone whose clocks change, Celery 5.6 counts hours
        that were not there.
        """
        in_utc = type(self.schedule) is interval and not self.schedule.relative
        zone = UTC if in_utc else self.app.timezone
        self.last_run_at = datetime.fromtimestamp(moment, zone)
        self.total_run_count = count

    def after(self, moment: float) -> "Scheduled":
        """Return the entry as it would be if it ran at a moment."""
        ran: Scheduled = _copied(self)
        ran.ran(moment, self.total_run_count)
        return ran


def to_send(entry: ScheduleEntry) -> ScheduleEntry:
    """Return the entry without the options that are ours, which Celery would send along."""
    options = {name: value for name, value in entry.options.items() if name != OVERLAP}
    sent: ScheduleEntry = _copied(entry, options=options)
    return sent


def _copied(entry: Any, **changes: Any) -> Any:
    # `copy` would take the application away, from the entry and from its schedule.
    return type(entry)(**{**vars(entry), **changes})


def timing_of(when: Any) -> str:
    """Return when an entry is due, as text: what has another text begins anew."""
    if isinstance(when, crontab):
        fields = (
            when._orig_minute,
            when._orig_hour,
            when._orig_day_of_month,
            when._orig_month_of_year,
            when._orig_day_of_week,
        )
        return " ".join([*map(_field, fields), str(when.tz)])
    if type(when) is interval:
        return f"every {when.seconds:.15g} s" + (", by the clock" if when.relative else "")
    told = repr(when)
    # An address in memory is another one each time.
    return f"{type(when).__module__}.{type(when).__qualname__}" if " at 0x" in told else told


def _field(value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(str, sorted(value)))
    return str(value)

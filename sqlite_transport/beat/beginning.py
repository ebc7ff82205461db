"""Where an entry begins: with what the file remembers of it, or anew from now."""

from collections.abc import Callable

from celery.schedules import crontab

from sqlite_transport.beat.entry import Scheduled, timing_of
from sqlite_transport.schedules import ScheduleRow

#: Seconds by which the clock may have been set back for a run that was already dealt with to
#: count as that. It is one run at most: who is due more often goes on at once.
SET_BACK = 3 * 3600.0

#: Seconds of difference that are nobody's to correct.
SAME = 1.0

TOO_LATE = "it was missed by more than beat_cron_starting_deadline"

#: Whether an entry is due now, and if not in how many seconds.
State = Callable[[Scheduled], tuple[bool, float]]


def brought_forward(
    row: ScheduleRow | None, entry: Scheduled, application: str, now: float, state: State
) -> ScheduleRow:
    """Return what is to be known of an entry from now on, of what is known.

    It begins anew, with its first run when it is due next, if it was not there,
    its times have changed, or it counts from a future that will not come.
    """
    timing = timing_of(entry.schedule)
    if row is None:
        anew = ScheduleRow(
            application, entry.name, entry.task, timing, now, None, 0, None, None, None, None
        )
    else:
        entry.ran(row.last_run_at, row.run_count)
        due, seconds = state(entry)
        if row.removed_at is None and row.timing == timing and not _is_ahead(row, now, seconds):
            return _corrected(row._replace(task=entry.task), entry, now, due, seconds)
        anew = row._replace(
            task=entry.task, timing=timing, last_run_at=now, skipped=None, removed_at=None
        )
    entry.ran(anew.last_run_at, anew.run_count)
    return anew._replace(due_at=moment(now, state(entry)[1]))


def moment(now: float, seconds: float) -> float:
    """Return the moment in so many seconds as it is to be read: 3:00, not a little before."""
    return round(now + seconds, 2)


def _is_ahead(row: ScheduleRow, now: float, seconds: float) -> bool:
    """Tell whether the clock was set back so far that waiting for the last run makes no sense."""
    ahead = row.last_run_at - now
    return ahead > 0 and ahead > min(SET_BACK, seconds - ahead)


def _corrected(
    row: ScheduleRow, entry: Scheduled, now: float, due: bool, seconds: float
) -> ScheduleRow:
    if due or (row.due_at is not None and abs(row.due_at - now - seconds) < SAME):
        return row
    is_too_late = row.due_at is not None and row.due_at < now and _has_deadline(entry)
    skipped = TOO_LATE if is_too_late else row.skipped
    return row._replace(due_at=moment(now, seconds), skipped=skipped)


def _has_deadline(entry: Scheduled) -> bool:
    """Tell whether a run of the entry may be too late to be made up."""
    return (
        isinstance(entry.schedule, crontab)
        and entry.app.conf.beat_cron_starting_deadline is not None
    )

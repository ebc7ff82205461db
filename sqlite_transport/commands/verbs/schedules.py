"""`jobs schedules`."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from sqlite_transport.commands.clock import Clock
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import status_text
from sqlite_transport.commands.paper import one_line
from sqlite_transport.commands.tables import table
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs import Schedule


@verb("schedules", "schedules --json")
def command(desk: Desk) -> None:
    """Show the schedules that beat has, when each was and is due, and its last job."""
    schedules = desk.jobs.schedules()
    if schedules or desk.as_json:
        desk.tell({"items": schedules}, _table(schedules, desk.clock))
    else:
        desk.note("Nothing is scheduled: start celery -A … beat with a beat_schedule")


def _table(schedules: Iterable[Schedule], clock: Clock) -> Table:
    drawn = table(
        ("name", "task", "timing", "!last run", "!due", "#runs", "#job", "!status", "why")
    )
    for schedule in schedules:
        drawn.add_row(
            one_line(schedule.name),
            one_line(schedule.task),
            one_line(schedule.timing),
            clock.short(schedule.last_run_at),
            clock.short(schedule.due_at),
            str(schedule.run_count),
            "-" if schedule.last_job_id is None else str(schedule.last_job_id),
            _status(schedule),
            one_line(schedule.skipped),
        )
    return drawn


def _status(schedule: Schedule) -> Text:
    return Text("-") if schedule.last_status is None else status_text(schedule.last_status)

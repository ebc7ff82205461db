"""The schedules that `celery beat` has written down."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlite_transport.jobs.finding import Finding
from sqlite_transport.schedules import ScheduleRow, all_rows

STATUS = "SELECT status FROM job WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Schedule:
    """An entry of `beat_schedule`, as beat last left it. Times are seconds since 1970 UTC.

    application: the name of the Celery application that has it. timing: when it
    is due, as text. last_run_at: None before the first run. due_at: when it is
    due next; what is past is made up by the next beat. run_count: how often it
    was sent. skipped: why the last run was left out, None if it was sent.
    last_task_id, last_job_id, last_status: what was sent last, and where that is
    in its life; the status is None if its job is not kept any longer.
    """

    application: str
    name: str
    task: str
    timing: str
    last_run_at: float | None
    due_at: float | None
    run_count: int
    skipped: str | None
    last_task_id: str | None
    last_job_id: int | None
    last_status: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        return asdict(self)


class Scheduling(Finding):
    """The part that shows schedules; beat alone changes them."""

    def schedules(self) -> list[Schedule]:
        """Return the entries in the order of their names, of all applications on the file.

        One that is new in the configuration, or has left it, is told so when beat has started.
        """
        rows = all_rows(self.broker.database.reader)
        return [self._schedule_of(row) for row in rows if row.removed_at is None]

    def _schedule_of(self, row: ScheduleRow) -> Schedule:
        has_run = row.run_count > 0 or row.skipped is not None
        return Schedule(
            row.application,
            row.name,
            row.task,
            row.timing,
            row.last_run_at if has_run else None,
            row.due_at,
            row.run_count,
            row.skipped,
            row.last_task_id,
            row.last_job_id,
            None if row.last_job_id is None else self._status_of(row.last_job_id),
        )

    def _status_of(self, number: int) -> str | None:
        found = self.broker.database.read(STATUS, (number,))
        if found:
            return str(found[0][0])
        job = self._archive.get(number) if self._archive else None
        return None if job is None else job.status

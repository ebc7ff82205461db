"""Schedules: up to when each entry of `beat_schedule` was dealt with, as SQL.

`last_run_at` moves on in the very transaction that stores the entry's job, and
only if it is still what the sender knows. So of several who find the entry due
one sends it, and a crash leaves both or neither. Each function but `rows_of`
and `all_rows` runs within the caller's transaction.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class ScheduleRow(NamedTuple):
    """A row of `schedule`; see docs/tables.md."""

    application: str
    name: str
    task: str
    timing: str
    last_run_at: float
    due_at: float | None
    run_count: int
    last_task_id: str | None
    last_job_id: int | None
    skipped: str | None
    removed_at: float | None


_COLUMNS = ", ".join(ScheduleRow._fields)
_ALL = f"SELECT {_COLUMNS} FROM schedule"  # noqa: S608
ROW = f"{_ALL} WHERE application = ? AND name = ?"
ROWS = f"{_ALL} WHERE application = ?"
ALL = f"{_ALL} ORDER BY application, name"

PUT = (
    f"INSERT OR REPLACE INTO schedule ({_COLUMNS})"  # noqa: S608
    f" VALUES ({', '.join('?' * len(ScheduleRow._fields))})"
)
STRIKE_OUT = (
    "UPDATE schedule SET removed_at = ? WHERE application = ? AND name = ? AND removed_at IS NULL"
)
#: What was struck out long ago, and what another application should have dealt with long ago.
_OLD = "FROM schedule WHERE removed_at < ?1 OR (due_at < ?1 AND application <> ?2)"
FORGET = f"DELETE {_OLD}"
IS_TO_FORGET = f"SELECT EXISTS (SELECT 1 {_OLD})"

#: A job that somebody may still run: it is in the queue, and its time is not over.
UNENDED = (
    "SELECT status FROM job WHERE id = ? AND completed_at IS NULL"
    " AND (expires_at IS NULL OR expires_at > ? OR session IS NOT NULL)"
)
#: The jobs that a task was sent as, without a look at those that were there before.
SENT = "SELECT id FROM job WHERE id > ? AND task_id = ? LIMIT 2"


def rows_of(connection: Any, application: str) -> Mapping[str, ScheduleRow]:
    """Return the application's rows by their names, what is struck out too."""
    return {row[1]: ScheduleRow(*row) for row in connection.execute(ROWS, (application,))}


def all_rows(connection: Any) -> list[ScheduleRow]:
    """Return the rows of all applications, in the order of their names."""
    return [ScheduleRow(*row) for row in connection.execute(ALL)]


def find_row(connection: Any, application: str, name: str) -> ScheduleRow | None:
    """Return a row, None if there is none."""
    row = connection.execute(ROW, (application, name)).fetchone()
    return None if row is None else ScheduleRow(*row)


def put(connection: Any, row: ScheduleRow) -> None:
    """Write a row in the place of the one of its name."""
    connection.execute(PUT, row)


def strike_out(connection: Any, application: str, names: Iterable[str], now: float) -> None:
    """Note that the entries are no longer in the configuration."""
    connection.executemany(STRIKE_OUT, [(now, application, name) for name in names])


def is_to_forget(connection: Any, application: str, until: float) -> bool:
    """Tell whether there are rows that nobody has wanted since a moment long ago."""
    return bool(connection.execute(IS_TO_FORGET, (until, application)).fetchone()[0])


def forget(connection: Any, application: str, until: float) -> None:
    """Delete these rows; those of the application's own entries stay."""
    connection.execute(FORGET, (until, application))


def unended(connection: Any, job: int | None, now: float) -> str | None:
    """Return the status of a job that is still to be done, None if it is not."""
    if job is None:
        return None
    found = connection.execute(UNENDED, (job, now)).fetchone()
    return None if found is None else str(found[0])


def sent_as(connection: Any, newest: int, task_id: str) -> int | None:
    """Return the job that the task was stored as, after the job `newest`.

    None if there is none, and if there are several, as in a fanout.
    """
    found = connection.execute(SENT, (newest, task_id)).fetchall()
    return found[0][0] if len(found) == 1 else None

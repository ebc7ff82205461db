"""What the file remembers of one application's entries, and what this process knows of that.

A run is one transaction: the entry's `last_run_at` moves on, if it is still
what is known here, and its job is stored. Who loses the race learns what the
winner has written.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlite_transport import schedules
from sqlite_transport.broker import Broker
from sqlite_transport.queue import NEWEST
from sqlite_transport.schedules import ScheduleRow
from sqlite_transport.withheld import Withheld

#: Seconds after which an entry that was struck out is forgotten, and one of another
#: application that nobody has dealt with.
KEPT = 90 * 86400.0

#: Makes of the row of an entry's name, None if there is none, what it is to be.
Bring = Callable[[ScheduleRow | None], ScheduleRow]


class Sending(NamedTuple):
    """A run that is due: what is to be written.

    last_run_at, due_at: what the entry gets, sent or left out. withheld, result: the
    message and what Celery returned for it. failure: why there is none. may_overlap:
    whether the job of the last run may still be there.
    """

    last_run_at: float
    due_at: float
    may_overlap: bool
    withheld: Withheld | None = None
    result: Any = None
    failure: str | None = None


class Book:
    """The rows of an application.

    known: by its entry's name each row as this process knows it.
    """

    def __init__(self, broker: Broker, application: str) -> None:
        self.database = broker.database
        self.application = application
        self.known: dict[str, ScheduleRow] = {}

    def begin(self, entries: Mapping[str, Bring], now: float) -> None:
        """Write down which entries there are, if that is news."""
        before = schedules.rows_of(self.database.reader, self.application)
        wanted = self._brought(entries, before)
        there = {name: row for name, row in before.items() if row.removed_at is None}
        if wanted != there or self._is_to_forget(now):
            with self.database.writing as connection:
                before = schedules.rows_of(connection, self.application)
                wanted = self._brought(entries, before)
                for name, row in wanted.items():
                    if row != before.get(name):
                        schedules.put(connection, row)
                gone = before.keys() - wanted.keys()
                schedules.strike_out(connection, self.application, gone, now)
                schedules.forget(connection, self.application, now - KEPT)
        self.known = wanted

    def _brought(
        self, entries: Mapping[str, Bring], before: Mapping[str, ScheduleRow]
    ) -> dict[str, ScheduleRow]:
        return {name: bring(self._of_mine(name, before)) for name, bring in entries.items()}

    def _of_mine(self, name: str, before: Mapping[str, ScheduleRow]) -> ScheduleRow | None:
        """Return the row of an entry; who does not have it may have struck it out meanwhile."""
        row = before.get(name)
        if name not in self.known:
            return row
        return (row or self.known[name])._replace(removed_at=None)

    def _is_to_forget(self, now: float) -> bool:
        return schedules.is_to_forget(self.database.reader, self.application, now - KEPT)

    def has_moved_on(self, name: str) -> bool:
        """Look whether another process has dealt with the entry; what it wrote is known then."""
        row = schedules.find_row(self.database.reader, self.application, name)
        return self._learn(row, self.known[name])

    def unended(self, name: str, now: float) -> str | None:
        """Return how far the job of the entry's last run is, None if it has ended."""
        return _unended(self.database.reader, self.known[name], now)

    def run(self, name: str, sending: Sending) -> ScheduleRow | None:
        """Store a run; return the row, None if another process has dealt with the entry.

        The message is the caller's to announce, if the row tells of no reason
        why it was left out.

        Raises:
            OperationalError: the file cannot be used now; nothing was stored.
        """
        known = self.known[name]
        with self.database.writing as connection:
            found = schedules.find_row(connection, self.application, name)
            if self._learn(found, known):
                return None
            row = _stored(connection, found or known, sending)
            schedules.put(connection, row)
        self.known[name] = row
        return row

    def _learn(self, found: ScheduleRow | None, known: ScheduleRow) -> bool:
        """Take over what another process wrote; one that is not there is to be written again."""
        if found is None or found.last_run_at == known.last_run_at:
            return False
        self.known[known.name] = found
        return True


def _stored(connection: Any, row: ScheduleRow, sending: Sending) -> ScheduleRow:
    """Store the message, if there is no reason to leave it out; return what the row gets."""
    row = row._replace(
        last_run_at=sending.last_run_at, due_at=sending.due_at, skipped=None, removed_at=None
    )
    if sending.withheld is None:
        return row._replace(skipped=sending.failure)
    if not sending.may_overlap and (why := _unended(connection, row, sending.last_run_at)):
        return row._replace(skipped=why)
    newest = connection.execute(NEWEST).fetchone()[0]
    task_id = getattr(sending.result, "id", None)
    sending.withheld.store(connection)
    first = getattr(sending.result, "id", None)
    if first != task_id:
        return row._replace(skipped=f"the task {first} holds its unique key")
    return row._replace(
        run_count=row.run_count + 1,
        last_task_id=task_id,
        last_job_id=schedules.sent_as(connection, newest, task_id or ""),
    )


def _unended(connection: Any, row: ScheduleRow, now: float) -> str | None:
    status = schedules.unended(connection, row.last_job_id, now)
    return None if status is None else f"the job {row.last_job_id} of the last run is {status}"

"""One job, changed in one transaction."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlite_transport.jobs.errors import NoSuchJob, wrong_state
from sqlite_transport.jobs.finding import Finding, read_job
from sqlite_transport.jobs.job import Job
from sqlite_transport.status import (
    BLOCKED,
    CANCELLED,
    COMPLETED,
    FAILED,
    PENDING,
    PROCESSING,
    SCHEDULED,
)

WAITING = (PENDING, SCHEDULED, BLOCKED)
ENDED = (FAILED, CANCELLED, COMPLETED)

#: What can be done with a job in this state instead.
INSTEAD = {
    PENDING: "it runs as soon as a worker is free",
    SCHEDULED: "promote it to have it run now",
    BLOCKED: "it runs as soon as its gate opens",
    PROCESSING: "a worker has it; it can be cancelled",
    **dict.fromkeys(ENDED, "it has ended; it can be retried"),
}


class Change:
    """A job while it is being changed, within a transaction.

    number: its id. job: as it is before, and afterwards as the transaction has left it.
    queues: those whose consumers are to look again once it is committed.
    """

    def __init__(self, connection: Any, number: int, job: Job, now: float) -> None:
        self.connection = connection
        self.number = number
        self.job = job
        self.now = now
        self.queues: set[str] = set()

    def require(self, statuses: Collection[str], verb: str) -> None:
        """Go on only if the job has one of these.

        Raises:
            WrongState: it has another; with what can be done instead.
        """
        if self.job.status not in statuses:
            raise wrong_state(self.job, verb, INSTEAD[self.job.status])


class Changing(Finding):
    """What all changes have in common."""

    @contextmanager
    def _changing(self, ref: int | str) -> Iterator[Change]:
        """Change a job; an exception leaves everything as it was."""
        number = self._here(ref)
        database = self.broker.database
        with database.writing as connection:
            job = read_job(connection, number)
            if job is None:
                raise NoSuchJob(f"job {number} has just left {database.path}")
            change = Change(connection, number, job, time.time())
            yield change
            change.job = read_job(connection, number) or change.job
            waiting = self.broker.waiting_for(connection, change.queues)
        self._announce(waiting)

    def _announce(self, sessions: set[int]) -> None:
        """Wake those who wait, and have what was committed survive power loss, if publishes do."""
        self.broker.ringer.ring(sessions)
        if self.options.durability == "full":
            self.broker.database.sync()

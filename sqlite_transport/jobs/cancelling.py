"""Cancelling: what waits ends at once, and what runs is told to end and never runs again."""

import time
from typing import Any

from sqlite_transport import cancelling
from sqlite_transport.cancelling import Sent
from sqlite_transport.jobs.changing import WAITING, Change
from sqlite_transport.jobs.checks import seconds_of, signal_of
from sqlite_transport.jobs.errors import NoSuchJob, WrongState
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.revoking import tell_revoked
from sqlite_transport.jobs.selecting import (
    Changed,
    Choice,
    Progressing,
    Selecting,
    check_status,
)
from sqlite_transport.status import BLOCKED, CANCELLED, PENDING, PROCESSING, SCHEDULED

#: Seconds between two looks at a job that is to end.
LOOK = 0.05

CANCELLABLE = (SCHEDULED, PENDING, BLOCKED, PROCESSING)
#: The order in which a job goes through them, so that none slips by: what was ready is blocked
#: when a claim comes upon a shut gate, and ready again when that opens.
ORDER = (SCHEDULED, PENDING, BLOCKED, PENDING, PROCESSING)


class Cancelling(Selecting):
    """The verbs `cancel` and `cancel_all`; `cancels`: the statuses of what that one cancels."""

    cancels = CANCELLABLE

    def cancel(self, ref: int | str, *, signal: str = "SIGTERM", wait: float = 0.0) -> Job:
        """Cancel a job for good, and return it as it is then.

        One that waits ends at once. One that a worker has is marked in the
        file, and the worker is told to terminate it; however that goes on, a
        retry, a requeue, or the worker's death, it does not run again. It is
        `cancelled` once it has ended so; if it comes to its own end before the
        signal does, that is told.

        signal: what a process of the prefork pool is sent. Threads and the
            solo pool cannot end a task: there it ends when it ends.
        wait: seconds to wait for its end; 0 does not wait. Asked again, for
            example with SIGKILL, the worker is told again.

        Raises:
            NoSuchJob: it is not in the file.
            WrongState: it has ended, or it is no task and a consumer has it.
            JobError: there is no such signal, or the wait is none.
        """
        name, seconds = signal_of(signal), seconds_of("wait", wait)
        ended: list[Sent] = []
        marked: list[tuple[str, int]] = []
        with self._changing(ref) as change:
            change.require((*WAITING, PROCESSING), "cancelled")
            number = [change.number]
            message = cancelling.find(change.connection, change.number)
            if change.job.status == PROCESSING:
                marked = cancelling.request(change.connection, number, change.now)
                _check_marked(marked, change)
            else:
                ended = cancelling.end_waiting(change.connection, number, change.now)
        tell_revoked(self.app, ended)
        if not marked:
            return change.job
        self._terminate(marked, name)
        job = self._wait_for_end(change.job, marked[0][1], seconds)
        if job.status == CANCELLED and message is not None:
            # A worker that died, or that has no such task, has not told it.
            tell_revoked(self.app, [message])
        return job

    def cancel_all(
        self,
        *,
        type: str | None = None,  # noqa: A002
        status: str | None = None,
        queue: str | None = None,
        text: str | None = None,
        progress: Progressing | None = None,
    ) -> int:
        """Cancel all jobs that there are by now and that meet what is given; return how many.

        What runs is told to end by SIGTERM, and counts. It goes a slice at a
        time, so a crash leaves some cancelled and the others as they were.

        status: `pending`, `scheduled`, `blocked` or `processing`.
        text: as in `list`.
        progress: is called with how many are done, and of how many; None if
            that is not known.

        Raises:
            JobError: there is no such status.
        """
        statuses = ORDER if status is None else check_status(status, CANCELLABLE)
        return self._change_all(statuses, Choice(type, queue, text), self._cancel_slice, progress)

    def _cancel_slice(self, connection: Any, status: str, jobs: list[int], now: float) -> Changed:
        if status == PROCESSING:
            marked = cancelling.request(connection, jobs, now)
            return Changed(len(marked), set(), lambda: self._terminate(marked, "SIGTERM"))
        ended = cancelling.end_waiting(connection, jobs, now)
        return Changed(len(ended), set(), lambda: tell_revoked(self.app, ended))

    def _terminate(self, marked: list[tuple[str, int]], signal: str) -> None:
        """Have the workers end their tasks, and end at once what dead workers have left."""
        if not marked:
            return
        self._reap({session for _, session in marked})
        tasks = [task_id for task_id, _ in marked]
        self.app.control.revoke(tasks, terminate=True, signal=signal)

    def _reap(self, sessions: set[int]) -> None:
        self.broker.reap(sessions, self.options.max_deliveries)

    def _wait_for_end(self, job: Job, session: int, seconds: float) -> Job:
        deadline = time.monotonic() + seconds
        while True:
            try:
                job = self.get(job.id)
            except NoSuchJob:
                return job  # ended, and not kept in the history
            if job.completed_at is not None or time.monotonic() >= deadline:
                return job
            time.sleep(LOOK)
            self._reap({session})


def _check_marked(marked: list[tuple[str, int]], change: Change) -> None:
    if not marked:
        raise WrongState(
            f"job {change.job.id} is no Celery task, and a consumer has it: only that one can end"
            " it; while it waits it can be cancelled"
        )

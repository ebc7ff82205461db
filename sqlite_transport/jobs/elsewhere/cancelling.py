"""Cancelling: every worker is told to end the task, or to discard it when it comes."""

import time
from dataclasses import replace

from sqlite_transport.jobs import asked
from sqlite_transport.jobs.checks import seconds_of, signal_of
from sqlite_transport.jobs.elsewhere.asking import Question
from sqlite_transport.jobs.elsewhere.looking import UNSEEN, Looking, chosen, named
from sqlite_transport.jobs.elsewhere.unseen import unseen
from sqlite_transport.jobs.errors import wrong_state
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.selecting import Progressing
from sqlite_transport.lists.keys import PARTS
from sqlite_transport.status import PENDING, PROCESSING, SCHEDULED

#: Seconds between two looks at a job that is to end, and for which the history
#: and the result of one that has left its worker may be on their way.
LOOK, ON_ITS_WAY = 0.1, 1.0


class Cancelling(Looking):
    """The verbs `cancel` and `cancel_all`; `cancels`: the statuses of what that one cancels."""

    cancels = (SCHEDULED, PROCESSING)

    def cancel(self, ref: int | str, *, signal: str = "SIGTERM", wait: float = 0.0) -> Job:
        """Cancel a job, and return what is known of it then.

        The workers that run now are told: the one that holds the job
        terminates or discards it, and the others, which remember it until they
        end, discard it should it come to them. So a job can be cancelled of
        which nothing is known, because it waits in the broker; it is returned
        as `pending`, without a type. One that no running worker takes before
        all have been restarted runs nevertheless.

        signal: what a process of the prefork pool is sent.
        wait: seconds to wait until a job that a worker holds has ended. How,
            is told by the history or the result backend; without both it is
            returned as it was.

        Raises:
            WrongState: it has ended.
            NobodyAnswered: no worker has said that it was told.
            JobError: there is no such signal, or the wait is none.
        """
        name, seconds = signal_of(signal), seconds_of("wait", wait)
        task_id = named(ref)
        job, _ = self._find(task_id)
        if job is not None and job.completed_at is not None:
            raise wrong_state(job, "cancelled", "it has ended; it can be retried")
        now = time.time()
        self._revoke([task_id], name, "cancel")
        told = replace(job or unseen(task_id), cancel_requested_at=now)
        return told if job is None else self._wait_for_end(told, now + seconds)

    def cancel_all(
        self,
        *,
        type: str | None = None,  # noqa: A002
        status: str | None = None,
        queue: str | None = None,
        text: str | None = None,
        progress: Progressing | None = None,
    ) -> int:
        """Cancel what workers hold and what meets all that is given; return how many that are.

        What waits in the broker cannot be chosen from: `purge` empties a
        queue. status: `processing` or `scheduled`. text: see `list`.

        Raises:
            NobodyAnswered: no worker has.
            NotOnThisBroker: `pending` jobs are asked for.
            JobError: there is no such status.
        """
        statuses = asked.statuses(status, PARTS, "what has ended cannot be cancelled")
        wanted = asked.wanted(type, queue, text)
        if status == PENDING:
            self._refuse("cancel_all(status='pending')", f"purge(queue) empties a queue; {UNSEEN}")
        held = self._held("cancel_all")
        jobs = [job for job in chosen(held, wanted) if job.status in statuses]
        if jobs:
            self._revoke([str(job.id) for job in jobs], "SIGTERM", "cancel_all")
        if progress is not None:
            progress(len(jobs), len(jobs))
        return len(jobs)

    def _revoke(self, tasks: list[str], signal: str, verb: str) -> None:
        told = {"task_id": tasks, "terminate": True, "signal": signal}
        (answers,) = self._ask(Question("revoke", told))
        self._heard(answers, verb)

    def _wait_for_end(self, job: Job, deadline: float) -> Job:
        gone_at: float | None = None
        while time.time() < deadline:
            ended = self._ended(str(job.id))
            if ended is not None and ended.completed_at is not None:
                return replace(ended, cancel_requested_at=job.cancel_requested_at)
            if gone_at is None and self._held_task(str(job.id), job.worker)[0] is None:
                gone_at = time.time()
            if gone_at is not None and time.time() > gone_at + ON_ITS_WAY:
                break
            time.sleep(LOOK)
        return job

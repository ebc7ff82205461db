"""Having a job run again that has ended."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlite_transport import retrying, topology, uniqueness
from sqlite_transport.jobs.changing import ENDED
from sqlite_transport.jobs.errors import NoSuchJob, WrongState
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.old_results import Task
from sqlite_transport.jobs.republishing import (
    Republishing,
    full,
    other_holder,
    room_in,
    uniqueness_of,
)
from sqlite_transport.jobs.selecting import (
    Changed,
    Choice,
    Progressing,
    Selecting,
    check_status,
)
from sqlite_transport.retrying import Ended
from sqlite_transport.status import FAILED


class Retrying(Republishing, Selecting):
    """The verbs `retry` and `retry_all`."""

    def retry(self, ref: int | str) -> Job:
        """Put a job back into its queue that has ended, and return it as it is then.

        It keeps its id and its task's id, and begins from the start: no
        attempt counts, and it neither waits nor expires. How it had ended is
        kept among its attempts. Its result is forgotten, so whoever asks for
        that waits for the new one. A queue that has gone is declared again.

        If its history is elsewhere (`history_url`) and it has left the file,
        its message is published anew: a new job, of the same task.

        Raises:
            NoSuchJob: it is neither in the file nor in the history.
            WrongState: it has not ended, its queue is full, or another job has its unique key.
        """
        try:
            return self._put_back(ref)
        except NoSuchJob:
            if not self.options.history_url:
                raise
        return self._publish_anew(ref)

    def retry_all(
        self,
        *,
        type: str | None = None,  # noqa: A002
        status: str = FAILED,
        queue: str | None = None,
        text: str | None = None,
        since: object = None,
        until: object = None,
        progress: Progressing | None = None,
    ) -> int:
        """Put all jobs back that have ended so by now and meet what is given; return how many.

        It goes a slice at a time, the oldest first, as far as their queues have
        room and no other job has their unique key; see `cancel_all` for `text`
        and `progress`. A job whose history has gone elsewhere (`history_url`)
        is not among them.

        status: `failed`, `cancelled` or `completed`.
        since, until: when they ended: seconds since 1970, a datetime, or an ISO 8601 text.

        Raises:
            JobError: there is no such status, or a time is none.
        """
        statuses = check_status(status or FAILED, ENDED)
        choice = Choice(type, queue, text, since, until)

        def change(connection: Any, _: str, jobs: list[int], now: float) -> Changed:
            revived = self._revive(connection, jobs, now).revived
            queues = {job.queue for job in revived}
            tasks = _tasks(revived)
            return Changed(len(revived), queues, lambda: self._forget_elsewhere(tasks, now))

        return self._change_all(statuses, choice, change, progress)

    def _put_back(self, ref: int | str) -> Job:
        with self._changing(ref) as change:
            change.require(ENDED, "retried")
            revived = self._revive(change.connection, (change.number,), change.now)
            for reason in revived.refusals:
                raise WrongState(f"job {change.job.id} cannot be retried now, for {reason}")
            change.queues.add(change.job.queue)
        self._forget_elsewhere(_tasks(revived.revived), change.now)
        return change.job

    def _revive(self, connection: Any, jobs: Sequence[int], now: float) -> "Revival":
        """Put those of the jobs back that have ended, as far as nothing stands against it."""
        revival = Revival([], [])
        limits: dict[str, topology.Queue] = {}
        room: dict[str, float] = {}
        for job in retrying.find(connection, jobs):
            if job.queue not in limits:
                limits[job.queue] = self._queue(connection, job.queue, now)
                room[job.queue] = room_in(connection, limits[job.queue])
            unique = uniqueness_of(job.headers)
            holder = other_holder(connection, unique, job.task_id, now)
            if holder is not None:
                revival.refusals.append(f"the task {holder} has its unique key")
            elif room[job.queue] <= 0:
                revival.refusals.append(full(job.queue))
            else:
                room[job.queue] -= 1
                life = limits[job.queue].message_ttl_ms
                retrying.keep_ends(connection, (job,))
                retrying.revive(connection, job, None if life is None else now + life / 1000, now)
                if unique is not None:
                    uniqueness.take_again(connection, unique, job.task_id, now, job.id)
                revival.revived.append(job)
        self._forget_here(_tasks(revival.revived))
        return revival

    def _queue(self, connection: Any, name: str, now: float) -> topology.Queue:
        """Return the queue, which is declared if it has gone."""
        found = topology.find_queue(connection, name)
        if found is None:
            self.broker.declarations.repeat(connection, "", name, now)
            found = topology.find_queue(connection, name)
        if found is None:
            found = topology.Queue(name)
            topology.declare_queue(connection, found, now)
        return found


class Revival(NamedTuple):
    """Which jobs were put back, and why others were not."""

    revived: list[Ended]
    refusals: list[str]


def _tasks(jobs: list[Ended]) -> list[Task]:
    return [Task(job.task_id, job.type) for job in jobs]

"""Having jobs run now that were to run later."""

from collections.abc import Iterable
from typing import Any

from sqlite_transport import altering, topology
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.selecting import Changed, Choice, Progressing, Selecting
from sqlite_transport.status import SCHEDULED


class Promoting(Selecting):
    """The verbs `promote` and `promote_all`."""

    def promote(self, ref: int | str) -> Job:
        """Make a scheduled job ready now; it counts as due from now on.

        Raises:
            NoSuchJob: it is not in the file.
            WrongState: it is not scheduled.
        """
        with self._changing(ref) as change:
            change.require((SCHEDULED,), "promoted")
            change.queues |= _promote(change.connection, (change.number,), change.now).queues
        return change.job

    def promote_all(
        self,
        *,
        type: str | None = None,  # noqa: A002
        queue: str | None = None,
        progress: Progressing | None = None,
    ) -> int:
        """Make all jobs ready that are scheduled by now, or those of a type or a queue.

        It goes a slice at a time: see `cancel_all`, for `progress` too. Return how many.
        """

        def change(connection: Any, _: str, jobs: list[int], now: float) -> Changed:
            return _promote(connection, jobs, now)

        return self._change_all((SCHEDULED,), Choice(type, queue), change, progress)


def _promote(connection: Any, jobs: Iterable[int], now: float) -> Changed:
    count, queues = 0, set()
    limits: dict[str, topology.Queue | None] = {}
    for number in jobs:
        job = altering.find(connection, number)
        if job is None or job.status != SCHEDULED:
            continue
        if job.queue not in limits:
            limits[job.queue] = topology.find_queue(connection, job.queue)
        due = altering.with_due_at(job, now, limits[job.queue], now)
        altering.change(connection, due, now)
        count += 1
        queues.add(job.queue)
    return Changed(count, queues)

"""Changing a job before it starts."""

from collections.abc import Mapping, Sequence
from typing import Any

from celery.utils.saferepr import saferepr

from sqlite_transport import altering, topology
from sqlite_transport.altering import Waiting
from sqlite_transport.jobs.changing import WAITING, Change, Changing
from sqlite_transport.jobs.checks import args_of, date_of, kwargs_of, moment_of, priority_of
from sqlite_transport.jobs.errors import JobError, WrongState
from sqlite_transport.jobs.job import Job


class Updating(Changing):
    """The verb `update`."""

    def update(
        self,
        ref: int | str,
        *,
        priority: int | None = None,
        due_at: object = None,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> Job:
        """Change a job that waits, and return it as it is then; what is None stays.

        priority: 0 (most urgent) to 9; a queue with `x-max-priority` takes a
            higher number as that one.
        due_at: when it is to run: seconds since 1970, a datetime, or an ISO 8601
            text. A time that is past, or 0, means at once.
        args, kwargs: what the task is called with, all of them.

        Raises:
            NoSuchJob: it is not in the file.
            WrongState: it has begun, or ended, or a worker has claimed it meanwhile.
            JobError: a value cannot be used, or the job's message is no JSON.
        """
        most = None if priority is None else priority_of(priority)
        moment = None if due_at is None else moment_of("due_at", due_at)
        new_args = None if args is None else args_of(args)
        new_kwargs = None if kwargs is None else kwargs_of(kwargs)
        with self._changing(ref) as change:
            job = _waiting(change, "changed")
            queue = topology.find_queue(change.connection, job.queue)
            if most is not None:
                job = altering.with_priority(job, most, queue)
            if moment is not None:
                job = altering.with_due_at(job, moment, queue, change.now)
                _check_expiry(job, change)
            if new_args is not None or new_kwargs is not None:
                _check_arguments(change.job)
                shown = self._shown(new_args, new_kwargs)
                job = altering.with_arguments(job, new_args, new_kwargs, shown)
            altering.change(change.connection, job, change.now)
            change.queues.add(job.queue)
        return change.job

    def _shown(self, args: list[Any] | None, kwargs: dict[str, Any] | None) -> dict[str, str]:
        """Return the arguments as Celery shows them in logs and events."""
        amqp, shown = self.app.amqp, {}
        if args is not None:
            shown["argsrepr"] = saferepr(tuple(args), amqp.argsrepr_maxsize)
        if kwargs is not None:
            shown["kwargsrepr"] = saferepr(kwargs, amqp.kwargsrepr_maxsize)
        return shown


def _waiting(change: Change, verb: str) -> Waiting:
    change.require(WAITING, verb)
    job = altering.find(change.connection, change.number)
    assert job is not None  # noqa: S101 - its status was read in this transaction
    return job


def _check_expiry(job: Waiting, change: Change) -> None:
    if job.expires_at is not None and (job.due_at or change.now) >= job.expires_at:
        raise JobError(
            f"job {job.id} expires at {date_of(job.expires_at).isoformat()}, before it would be"
            " due: give it an earlier time, or cancel it and add another"
        )


def _check_arguments(job: Job) -> None:
    if job.args is None or job.kwargs is None:
        raise WrongState(
            f"job {job.id} ({job.type or 'no task'}) has no arguments in JSON that could be"
            " changed: cancel it and add another"
        )

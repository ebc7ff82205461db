"""What an operator can do wrong, as exceptions whose message says what to do instead."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_transport.jobs.job import Job


class JobError(Exception):
    """What was asked for cannot be done; nothing was changed."""


class NoSuchJob(JobError):
    """There is no such job, or nothing is known of it any more."""


class WrongState(JobError):
    """The job is not in a state in which this can be done."""


def wrong_state(job: "Job", verb: str, instead: str) -> WrongState:
    """Return the error that this cannot be done with a job as it is; with what can be done instead.

    verb: what cannot be done, as in `retried`.
    """
    return WrongState(
        f"job {job.id} ({job.type}) cannot be {verb}, for it is {job.status}: {instead}"
    )


class NotOnThisBroker(JobError):
    """This broker cannot do it; the message says what to do instead."""


class NobodyAnswered(JobError):
    """No worker has answered in time, so nothing is known of what workers hold."""

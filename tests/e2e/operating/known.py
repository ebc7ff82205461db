"""A look at a job of which nothing may be known for a while."""

from sqlite_transport.jobs import AnyJobs, Job, NoSuchJob


def known(jobs: AnyJobs, ref: int | str) -> Job | None:
    """Return the job, None as long as it cannot be seen: on its way through Redis it is nowhere."""
    try:
        return jobs.get(ref)
    except NoSuchJob:
        return None

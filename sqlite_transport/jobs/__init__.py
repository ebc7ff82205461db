"""An operator's hand on the jobs of an application: look, change, pause, keep.

    from sqlite_transport.jobs import open_jobs

    jobs = open_jobs(app)
    for job in jobs.list(type="scan-movie").items:
        print(job.id, job.status)

`celery -A tasks jobs …` says the same on the command line.
"""

from sqlite_transport.jobs.backing_up import Backup
from sqlite_transport.jobs.control import AnyJobs, Jobs, open_jobs
from sqlite_transport.jobs.doctor import Finding
from sqlite_transport.jobs.elsewhere import JobsElsewhere
from sqlite_transport.jobs.errors import (
    JobError,
    NobodyAnswered,
    NoSuchJob,
    NotOnThisBroker,
    WrongState,
)
from sqlite_transport.jobs.event import Event
from sqlite_transport.jobs.gating import Control
from sqlite_transport.jobs.job import Attempt, Job, Progress
from sqlite_transport.jobs.page import Page
from sqlite_transport.jobs.restoring import Restored
from sqlite_transport.jobs.scheduling import Schedule
from sqlite_transport.jobs.stats import QueueStats, Stats, TypeStats
from sqlite_transport.jobs.subscription import Subscription
from sqlite_transport.jobs.vacuuming import Vacuumed
from sqlite_transport.jobs.workers import Held, Worker

__all__ = [
    "AnyJobs",
    "Attempt",
    "Backup",
    "Control",
    "Event",
    "Finding",
    "Held",
    "Job",
    "JobError",
    "Jobs",
    "JobsElsewhere",
    "NoSuchJob",
    "NobodyAnswered",
    "NotOnThisBroker",
    "Page",
    "Progress",
    "QueueStats",
    "Restored",
    "Schedule",
    "Stats",
    "Subscription",
    "TypeStats",
    "Vacuumed",
    "Worker",
    "WrongState",
    "open_jobs",
]

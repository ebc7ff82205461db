"""How urgent each job is: the lower runs first."""

from enum import IntEnum


class Priority(IntEnum):
    """The priorities of jobs, from 0 to 9 as brokers have them."""

    CRITICAL = 1  # webhooks: another program waits
    HIGH = 3  # what a person asked for
    NORMAL = 5  # what follows from other jobs
    LOW = 8  # what runs by schedule
    GARBAGE_COLLECTION = 9


JOB_PRIORITIES = {
    "webhook": Priority.CRITICAL,
    "scan-movie": Priority.NORMAL,
}

# Celery's `task_routes` reach a job that is sent by its name, `task_annotations`
# one that is sent by its function: there `task_default_priority` hides the route.
# A priority given when the job is sent wins over both.
SETTINGS = {name: {"priority": int(priority)} for name, priority in JOB_PRIORITIES.items()}

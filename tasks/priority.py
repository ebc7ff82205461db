"""How urgent a job is: the lower runs first."""

from enum import IntEnum


class Priority(IntEnum):
    """The priorities of jobs, from 0 to 9 as brokers have them."""

    CRITICAL = 1  # webhooks: another program waits
    HIGH = 3  # what a person asked for
    NORMAL = 5  # what follows from other jobs
    LOW = 8  # what runs by schedule
    GARBAGE_COLLECTION = 9

"""How urgent each job is: the lower runs first."""

from enum import IntEnum

from tasks.request import Origin


class Priority(IntEnum):
    """The priorities of jobs, from 0 to 9 as brokers have them."""

    CRITICAL = 1  # webhooks: another program waits
    HIGH = 3  # what a person asked for
    NORMAL = 5  # what follows from other jobs
    LOW = 8  # what runs by schedule
    GARBAGE_COLLECTION = 9


JOB_PRIORITIES = {
    "webhook": Priority.CRITICAL,
    "webhook-received": Priority.CRITICAL,
    "scan-movie": Priority.NORMAL,
    "library-scan": Priority.NORMAL,
    "enrich-metadata": Priority.NORMAL,
    "discover-assets": Priority.NORMAL,
    "fetch-provider-assets": Priority.NORMAL,
    "select-assets": Priority.NORMAL,
    "publish": Priority.NORMAL,
    "notify-players": Priority.NORMAL,
    "notify-kodi": Priority.NORMAL,
    "notify-jellyfin": Priority.NORMAL,
    "notify-plex": Priority.NORMAL,
    "scheduled-file-scan": Priority.LOW,
    "scheduled-provider-update": Priority.LOW,
    "scheduled-verification": Priority.LOW,
    "scheduled-cleanup": Priority.LOW,
    "cache-orphan-cleanup": Priority.GARBAGE_COLLECTION,
    "cache-soft-delete-expiration": Priority.GARBAGE_COLLECTION,
}

# Celery's `task_routes` reach a job that is sent by its name, `task_annotations`
# one that is sent by its function: there `task_default_priority` hides the route.
# A priority given when the job is sent wins over both.
SETTINGS = {name: {"priority": int(priority)} for name, priority in JOB_PRIORITIES.items()}

_BY_ORIGIN = {Origin.PERSON: Priority.HIGH, Origin.SCHEDULE: Priority.LOW}


def priority_of(name: str, origin: Origin) -> Priority:
    """Return how urgent the job `name` is for whoever set it going."""
    usual = JOB_PRIORITIES[name]
    return _BY_ORIGIN.get(origin, usual) if usual is Priority.NORMAL else usual

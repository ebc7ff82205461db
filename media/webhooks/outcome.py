"""What comes of a webhook."""

from enum import StrEnum


class Outcome(StrEnum):
    """What came of a webhook; the failures are those that a further try decides anew."""

    SCAN_QUEUED = "scan-queued"
    NOTIFY_QUEUED = "notify-queued"
    DELETED = "deleted"  # the movie, or the series for the players, is gone
    OVERTAKEN = "overtaken"  # a scan has seen the movie after it was said to be gone
    DUPLICATE = "duplicate"  # what an earlier webhook led to does for this one too
    DOWNLOAD_FOLLOWS = "download-follows"  # the old file of an upgrade went
    ACKNOWLEDGED = "acknowledged"  # known, and changes no file
    TEST_RECEIVED = "test-received"
    UNKNOWN = "unknown"  # an event type or a sender that this version does not know

    INVALID = "invalid"
    INVALID_PATH = "invalid-path"
    PATH_NOT_MAPPED = "path-not-mapped"
    OUTSIDE_LIBRARY = "outside-library"
    DISK_UNAVAILABLE = "disk-unavailable"
    DISK_UNREADABLE = "disk-unreadable"


FAILURES = (
    Outcome.INVALID,
    Outcome.INVALID_PATH,
    Outcome.PATH_NOT_MAPPED,
    Outcome.OUTSIDE_LIBRARY,
    Outcome.DISK_UNAVAILABLE,
    Outcome.DISK_UNREADABLE,
)
TELL_PLAYERS = (Outcome.NOTIFY_QUEUED, Outcome.DELETED)

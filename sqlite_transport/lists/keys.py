"""Where a job stands in the lists: the key by which it is sorted.

A key depends on nothing but its job, so a page that goes on after a key shows
each job that does not itself move once, whatever the others do meanwhile.
"""

from collections.abc import Sequence
from typing import Any

from sqlite_transport.status import BLOCKED, PENDING, PROCESSING, SCHEDULED

#: The part of the list, the place within it, and the job's id, which is
#: negative where the newest comes first.
Key = tuple[int, float, int]

#: The parts in their order; the last one is what has ended.
PARTS = (PROCESSING, PENDING, BLOCKED, SCHEDULED)
ENDED = len(PARTS)

#: The columns that `key_of` takes.
COLUMNS = "id, status, session, priority, due_at, completed_at"
WIDTH = len(COLUMNS.split(", "))


def key_of(row: Sequence[Any]) -> Key | None:
    """Return where the job of a row that begins with `COLUMNS` stands; None if nowhere."""
    job, status, session, priority, due_at, completed_at = row[:WIDTH]
    if completed_at is not None:
        return ended(completed_at, job)
    if status not in PARTS or (status == PROCESSING and session is None):
        return None
    place = {PROCESSING: 0, SCHEDULED: due_at or 0}.get(status, priority)
    return PARTS.index(status), place, job


def ended(completed_at: float, job: int) -> Key:
    """Return where a job stands that ended then: the newest end comes first."""
    return ENDED, -completed_at, -job


def job_of(key: Key) -> int:
    """Return the job's id."""
    return abs(key[2])

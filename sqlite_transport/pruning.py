"""Keeping the history as long as it is wanted, and no longer.

What is too old, or too many, is deleted a slice at a time, each in a turn of its own.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping

from sqlite_transport import history
from sqlite_transport.database import Database
from sqlite_transport.retention import Retention
from sqlite_transport.slices import Slices

#: Seconds that one call works at most, so that its process can do other things too.
AT_ONCE = 0.2

TOO_OLD = (
    "SELECT id FROM job WHERE status = ?1 AND completed_at IS NOT NULL"
    " AND (completed_at, id) <= (?2, ?3) ORDER BY completed_at, id LIMIT ?4"
)
#: Those of the jobs found that nobody has put back into their queues since; no index but the
#: rowid's can help (hence the plus signs).
STILL_TOO_OLD = (
    "SELECT job.id FROM json_each(?1) AS found CROSS JOIN job ON job.id = found.value"
    " WHERE +status = ?2 AND +completed_at IS NOT NULL AND (+completed_at, +job.id) <= (?3, ?4)"
)
#: The first job beyond the newest so many. Many end at the same moment, so it takes the id too.
BEYOND = (
    "SELECT completed_at, id FROM job WHERE status = ?1 AND completed_at IS NOT NULL"
    " ORDER BY completed_at DESC, id DESC LIMIT 1 OFFSET ?2"
)

#: When a job ended, and its id.
End = tuple[float, int]
LAST_ID = 2**63 - 1


class Pruning:
    """The pruning of one file's history.

    deleted: how many jobs of each status it has deleted.
    """

    def __init__(self, database: Database) -> None:
        self.deleted: Counter[str] = Counter()
        self._database = database
        self._slices = Slices()

    def run(self, retention: Mapping[str, Retention], now: float) -> bool:
        """Delete what is not to be kept; tell whether there is more of it."""
        deadline = time.monotonic() + AT_ONCE
        for status, limits in retention.items():
            last = self._last_to_go(status, limits, now)
            while last is not None and self._delete(status, last):
                if time.monotonic() >= deadline:
                    return True
        return False

    def _last_to_go(self, status: str, limits: Retention, now: float) -> End | None:
        """Return the end of the newest job that is to be deleted."""
        ends: list[End] = []
        if limits.seconds is not None:
            ends.append((now - limits.seconds, LAST_ID))
        if limits.count is not None:
            ends += self._database.read(BEYOND, (status, limits.count))
        return max(ends, default=None)

    def _delete(self, status: str, last: End) -> bool:
        """Delete a slice; tell whether there may be another one."""
        # Found without the turn, and looked at again within it.
        jobs = [row[0] for row in self._database.read(TOO_OLD, (status, *last, self._slices.size))]
        if jobs:
            with self._slices.transaction(self._database) as connection:
                found = connection.execute(STILL_TOO_OLD, (json.dumps(jobs), status, *last))
                still = [row[0] for row in found.fetchall()]
                history.forget(connection, still)
                self.deleted[status] += len(still)
        return bool(jobs)

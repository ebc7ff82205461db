"""Deleting the rows of unique jobs that hold nothing any more.

They do no harm, and whoever wants the key takes the row over. But a key that
nobody wants again would stay for ever. So whoever consumes walks through them
now and then, a few at a time.
"""

from sqlite_transport import uniqueness
from sqlite_transport.database import Database

#: Keys that one look goes through.
SLICE = 500


class StaleKeys:
    """A walk through one file's keys, in their order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = ""

    def run(self, now: float) -> bool:
        """Go a step further; tell whether there is more before the end is reached."""
        # Found without the turn; what somebody takes over meanwhile is in force again.
        rows = self._database.read(uniqueness.LOOK, (now, self._last, SLICE))
        stale = [key for key, is_in_force in rows if not is_in_force]
        if stale:
            with self._database.writing as connection:
                uniqueness.forget(connection, stale, now)
        more = len(rows) == SLICE
        self._last = rows[-1][0] if more else ""
        return more

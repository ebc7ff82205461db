"""Making the file as small as what is in it."""

import time
from dataclasses import dataclass

from sqlite_transport.compacting import compact, shorten_log
from sqlite_transport.jobs.part import Part
from sqlite_transport.snapshot import SIZE, Progress

#: Seconds for which a reader that keeps the log from being cut is waited for.
PATIENCE = 5.0
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What became of the file: the bytes on disk of database and log, before and after.

    complete: False if somebody's open read transaction kept the log as it was.
    """

    bytes_before: int
    bytes_after: int
    complete: bool


class Vacuuming(Part):
    """Free pages and the log's space, given back."""

    def vacuum(self, progress: Progress | None = None) -> Vacuumed:
        """Give all free space of the file back to the disk, beside running workers.

        It goes in short turns, between which others write. progress: counts
        pages. SQLite's own VACUUM, which also puts the pages in order, needs
        the file for itself; a backup that is restored is the way to that.
        """
        database = self.broker.database
        before = self._size()
        compact(database, progress)
        deadline = time.monotonic() + PATIENCE
        while not (complete := shorten_log(database)) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return Vacuumed(before, self._size(), complete)

    def _size(self) -> int:
        """Return the bytes of the database with what is still in the log, and the log's."""
        database = self.broker.database
        log = database.path.with_name(database.path.name + "-wal")
        pages: int = database.read(SIZE)[0][0]
        return pages + (log.stat().st_size if log.exists() else 0)

"""A copy of the whole file, made beside running workers and checked before it is there."""

import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_transport import beside, snapshot
from sqlite_transport.database import Database
from sqlite_transport.errors import translating
from sqlite_transport.history_store import forking
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.part import Part
from sqlite_transport.replacing import SIDE_FILES
from sqlite_transport.snapshot import Progress

COUNT = "SELECT count(*) FROM job"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: where it is, its size, how long it took, and the jobs in it with the history."""

    path: Path
    bytes: int
    seconds: float
    jobs: int


class BackingUp(Part):
    """Backups."""

    def backup(
        self,
        target: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Backup:
        """Copy the file, as it is at one moment, to `target`; workers go on meanwhile.

        The copy has its name only when it is complete, sound by SQLite's
        integrity check, and on the disk. Only its owner may read it. While
        it is made the log cannot start over, and grows by what others write.

        overwrite: replace an earlier backup of this name. progress: counts pages.
        Caveat: this process cannot fork until it is done.

        Raises:
            JobError: the target cannot be this one.
            Unavailable: there is no room, or another process makes the same.
            Unusable: the target's directory, or the queue's file, is not fit for it.
        """
        database = self.broker.database
        begun = time.monotonic()
        place = _checked(Path(target), database.path, overwrite)
        with database.lock:
            database.ready()
            database.check_identity()
        with forking.busy, beside.making(place) as made:
            with translating(database.path), _reading(database) as source:
                snapshot.copy(source, made, progress)
            snapshot.verify(made)
            jobs = _count(made)
            beside.put(made, place)
        return Backup(place, place.stat().st_size, time.monotonic() - begun, jobs)


def _checked(target: Path, queue: Path, overwrite: bool) -> Path:
    """Return the target's own name, free of symbolic links."""
    place = target.expanduser().resolve()
    taken = {queue, *(queue.with_name(queue.name + each) for each in (*SIDE_FILES, *LOCKS))}
    if place in taken or (place.exists() and place.samefile(queue)):
        raise JobError(f"{place}: this is the queue itself: name another file")
    if place.is_dir():
        raise JobError(f"{place}: this is a directory: name a file in it")
    if not place.exists():
        return place
    if not overwrite:
        raise JobError(f"{place}: the file is there already: name another, or say overwrite")
    if not snapshot.is_at_rest(place):
        raise JobError(f"{place}: a program has this database open: name another file")
    return place


LOCKS = ("-turn", "-live")


def _reading(database: Database) -> Any:
    """Return a read connection beside the process's own, which stays open all the time."""
    return closing(snapshot.open_reading(database.path, database.busy_timeout))


def _count(made: Path) -> int:
    with closing(snapshot.open_reading(made, immutable=True)) as connection:
        return int(connection.execute(COUNT).fetchone()[0])

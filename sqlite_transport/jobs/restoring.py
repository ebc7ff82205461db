"""A backup in the place of the queue's file, complete or not at all."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_transport import beside, doorbell, filesystem, replacing, reviving, snapshot
from sqlite_transport.broker import known_broker
from sqlite_transport.database import keeping_off
from sqlite_transport.durability import sync_path
from sqlite_transport.errors import Unusable, translated, translating
from sqlite_transport.guest import has_guests
from sqlite_transport.history_store import forking
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.part import Part
from sqlite_transport.library import sqlite3
from sqlite_transport.liveness import Liveness
from sqlite_transport.migrations import ANY, OURS, check, migrate
from sqlite_transport.reviving import NOTHING, SessionRow, Standing
from sqlite_transport.snapshot import Progress
from sqlite_transport.turn import open_turn

COUNT = "SELECT count(*) FROM job_queue"

#: SQLite's primary codes for a file that it cannot use: damaged, and no database.
CORRUPT, NOT_A_DATABASE = 11, 26
DAMAGED = {CORRUPT, NOT_A_DATABASE}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    path: the queue's file. kept: where its former content is now, None if there
    was none. jobs: how many are to be done. seconds: how long it took.
    """

    path: Path
    kept: Path | None
    jobs: int
    seconds: float


class Restoring(Part):
    """Restoring of backups."""

    def restore(
        self,
        source: str | os.PathLike[str],
        *,
        force: bool = False,
        progress: Progress | None = None,
    ) -> Restored:
        """Make the queue's content that of a backup; see `restore_file`, which this calls."""
        return restore_file(self.broker.database.path, source, force=force, progress=progress)


def restore_file(
    path: Path,
    source: str | os.PathLike[str],
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Make the content of the queue at `path` that of a backup. All workers must have ended.

    The queue may be missing or damaged. Its former content is kept beside it as
    `NAME.before-restore-TIME`. What was published after the backup is only
    there. Jobs that a worker held when the backup was made are ready again.

    path: absolute and free of symbolic links. force: although sessions live;
    they notice within half a second, and connect anew. progress: counts pages.

    Raises:
        JobError: workers live; or the source is the queue itself.
        Unusable: the source is missing, damaged or no backup of a queue, or of
            a newer version; or what is at `path` belongs to another program.
        Unavailable: there is no room, or another program holds the file locked.
    """
    begun = time.monotonic()
    backup = _checked(Path(source), path)
    filesystem.prepare_directory(path.parent)
    filesystem.refuse_unsafe(path.parent)
    with beside.making(path) as made:
        _require_room(path, backup)
        with keeping_off(path), _turn(path):
            _refuse_living(path, force)
        with forking.busy:
            _stage(backup, made)
        with keeping_off(path), _turn(path), closing(_open(made)) as staged:
            kept, jobs = _replace(path, made, staged, force, progress)
    return Restored(path, kept, jobs, time.monotonic() - begun)


def _checked(source: Path, path: Path) -> Path:
    backup = source.expanduser().resolve()
    if not backup.is_file():
        raise Unusable(f"{backup}: there is no such file: name a backup")
    if backup == path or (path.exists() and backup.samefile(path)):
        raise JobError(f"{backup}: this is the queue itself: name a backup of it")
    return backup


def _require_room(path: Path, backup: Path) -> None:
    """There are the copy to work on, the same in the log, and what is kept of the present file."""
    present = path.stat().st_size if path.exists() else 0
    snapshot.require_room(path.parent, 2 * backup.stat().st_size + present)


def _refuse_living(path: Path, force: bool) -> None:
    """Refuse early, before anything is copied."""
    standing = _standing(path)
    if standing is not None:
        _allow(path, _living(path, standing), force)


def _standing(path: Path) -> Standing | None:
    """Return how far the queue has come, None if it is missing or damaged.

    It only reads: to close a damaged database that may be written is to lose its log.

    Raises:
        Unusable: it is another program's.
    """
    if not path.exists():
        return None
    try:
        at_rest = snapshot.is_at_rest(path)
        with closing(snapshot.open_reading(path, immutable=at_rest)) as connection:
            _refuse_foreign(connection, path)
            return reviving.standing_of(connection)
    except sqlite3.Error as error:
        if _code(error) in DAMAGED:
            return None
        raise translated(error, path) from error


def _refuse_foreign(connection: Any, path: Path) -> None:
    """Refuse another program's database; one of a newer version of this package is none."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version or connection.execute(ANY).fetchone()[0]:
        check(connection.execute, path, version)


def _open(path: Path) -> Any:
    return sqlite3.connect(str(path), isolation_level=None)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    turn = open_turn(path)
    try:
        turn.take()
        yield
    finally:
        turn.close()


# -- the new content ------------------------------------------------------


def _stage(backup: Path, made: Path) -> None:
    """Copy the backup beside the queue, check it and bring it to the present version."""
    at_rest = snapshot.is_at_rest(backup)
    try:
        with closing(snapshot.open_reading(backup, immutable=at_rest)) as source:
            _refuse_other(source, backup)
            snapshot.copy(source, made)
        _refuse_damaged(made, backup)
        with closing(_open(made)) as staged:
            migrate(staged.execute, backup)
    except sqlite3.Error as error:
        if _code(error) == CORRUPT:
            raise _damaged(backup, str(error)) from error
        raise translated(error, backup) from error


def _refuse_other(source: Any, backup: Path) -> None:
    if source.execute(OURS).fetchone()[0] != 3:
        raise Unusable(f"{backup}: this is no backup of a queue: name another file")
    check(source.execute, backup)


def _refuse_damaged(made: Path, backup: Path) -> None:
    with closing(snapshot.open_reading(made, immutable=True)) as connection:
        found = [row[0] for row in connection.execute(snapshot.CHECK)]
    if found != ["ok"]:
        raise _damaged(backup, "; ".join(found))


def _damaged(backup: Path, why: str) -> Unusable:
    return Unusable(f"{backup}: this backup is damaged, name another one (SQLite: {why})")


# -- in the turn ----------------------------------------------------------


def _replace(
    path: Path, made: Path, staged: Any, force: bool, progress: Progress | None
) -> tuple[Path | None, int]:
    """Put what is staged into the queue's place.

    Return where the former content is, and how many jobs are to be done.
    """
    aside = _free_name(path)
    standing = _standing(path)
    living = [] if standing is None else _living(path, standing)
    _allow(path, living, force)
    present = None if standing is None else _open_writable(path)
    if present is not None:
        with closing(present):
            reviving.fit(staged, present.execute(reviving.PAGE_SIZE).fetchone()[0])
            reviving.revive(staged, standing or NOTHING, living, time.time())
            with translating(path):
                replacing.keep_copy(present, made.with_name(aside.name), aside)
            replacing.overwrite(path, present, staged, progress)
            _forget_bells(path, living)
            return aside, _count(staged)
    reviving.revive(staged, standing or NOTHING, living, time.time())
    jobs = _count(staged)
    staged.close()
    if has_guests(path):
        raise Unusable(f"{path}: the file is damaged: close this process's sessions on it first")
    sync_path(made)
    had = path.exists()
    replacing.put_in_place(made, path, aside)
    _forget_bells(path, living)
    return aside if had else None, jobs


def _count(staged: Any) -> int:
    return int(staged.execute(COUNT).fetchone()[0])


def _forget_bells(path: Path, living: list[SessionRow]) -> None:
    replacing.remove_bells(doorbell.directory_of(path), {row[0] for row in living})


def _open_writable(path: Path) -> Any:
    """Return a connection to the queue as it is, None if it is too damaged to be written."""
    connection = _open(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        connection.close()
        if _code(error) in DAMAGED:
            return None
        raise translated(error, path) from error
    return connection


def _code(error: BaseException | None) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _living(path: Path, standing: Standing) -> list[SessionRow]:
    if not standing.sessions:
        return []
    broker = known_broker(path)
    liveness = Liveness(path) if broker is None else broker.liveness
    return [row for row in standing.sessions if not liveness.is_dead(row[0])]


def _allow(path: Path, living: list[SessionRow], force: bool) -> None:
    if living and not force:
        shown = ", ".join(f"{program} (process {pid})" for _, pid, _, program, _ in living)
        raise JobError(f"{path} is in use: stop its workers first: {shown}")


def _free_name(path: Path) -> Path:
    """Return a name for the former content that nothing has yet."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    name = f"{path.name}.before-restore-{stamp}"
    number = 1
    while os.path.lexists(path.with_name(name)):  # a broken link counts
        number += 1
        name = f"{path.name}.before-restore-{stamp}-{number}"
    return path.with_name(name)

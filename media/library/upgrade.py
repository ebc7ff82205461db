"""Make the library database, or bring it up to date; safe in many processes at once."""

import threading
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from media.errors import LibraryDatabaseBrokenError, LibraryDatabaseError
from media.library.connection import BUSY_SECONDS, make_engine
from media.library.driver import driver

HEAD = "0005"

_MIGRATIONS = Path(__file__).with_name("migrations")
_RETRY_SECONDS = 0.02

# The files, by device and inode, that this process has found current: asking
# each time would cost more than most of what is read and written.
_found_current: set[tuple[int, int]] = set()

# What Alembic migrates is the process's, not the thread's.
_one_at_a_time = threading.Lock()


def ensure_current(database: Path) -> None:
    """Bring `database` to the newest revision, making it if need be.

    Whoever takes the write lock first migrates, in one transaction; the others
    wait for the lock and find it done. Raises `LibraryDatabaseBrokenError` for
    a database of a newer version of the program.
    """
    identity = _identity(database)
    if identity in _found_current:
        return
    if identity is None or not _current(database):
        _make_directory(database.parent)
        _use_wal(database)
        with make_engine(database, "BEGIN IMMEDIATE").begin() as connection:
            if _revision(connection) != HEAD:
                _upgrade(connection, database)
    if identity := _identity(database):
        _found_current.add(identity)


def forget(database: Path) -> None:
    """Look at `database` anew next time: it may be an older one that was put back."""
    if identity := _identity(database):
        _found_current.discard(identity)


def _identity(database: Path) -> tuple[int, int] | None:
    try:
        state = database.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryDatabaseError(f"cannot make the directory {directory}: {error}") from error


def _current(database: Path) -> bool:
    with make_engine(database, "BEGIN").connect() as connection:
        return _revision(connection) == HEAD


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection, database: Path) -> None:
    config = migration_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if _revision(connection) not in known | {None}:
        raise LibraryDatabaseBrokenError(
            f"the library database {database} was made by a newer version of this program"
        )
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")


def migration_config() -> Config:
    """Return Alembic's configuration for the library's migrations."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _use_wal(database: Path) -> None:
    # The change of mode does not wait for a lock by itself, as all else does.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        connection = driver.connect(str(database), timeout=BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except driver.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        finally:
            connection.close()

"""Make the library database, or bring it up to date; safe in many processes at once."""

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from media.errors import LibraryDatabaseBrokenError, LibraryDatabaseError
from media.library.connection import BUSY_SECONDS, make_engine
from media.library.driver import driver

HEAD = "0002"

_MIGRATIONS = Path(__file__).with_name("migrations")
_RETRY_SECONDS = 0.02


def ensure_current(database: Path) -> None:
    """Bring `database` to the newest revision, making it if need be.

    Whoever takes the write lock first migrates, in one transaction; the others
    wait for the lock and find it done. Raises `LibraryDatabaseBrokenError` for
    a database of a newer version of the program.
    """
    if database.exists() and _current(database):
        return
    _make_directory(database.parent)
    _use_wal(database)
    engine = make_engine(database, "BEGIN IMMEDIATE")
    with engine.begin() as connection:
        if _revision(connection) != HEAD:
            _upgrade(connection, database)


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

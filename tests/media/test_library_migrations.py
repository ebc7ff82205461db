import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from media.errors import LibraryDatabaseBrokenError, LibraryDatabaseError
from media.library.connection import make_engine
from media.library.database import Library
from media.library.models import Base, Movie
from media.library.upgrade import HEAD, migration_config

SCRIPTS = ScriptDirectory.from_config(migration_config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]
PROCESSES = 4
OPEN_WHEN_TOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from media.library import connection, upgrade
from media.library.database import Library
# Each of them waits for all the others.
connection.BUSY_SECONDS = upgrade.BUSY_SECONDS = 300
print("ready", flush=True)
sys.stdin.readline()
with Library(Path(sys.argv[1])).writing() as session:
    pass
"""


def make_at(database: Path, revision: str) -> None:
    """Make a database as an earlier version of the program left it, with a movie in it."""
    config = migration_config()
    with make_engine(database, "BEGIN IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(
            text(
                "INSERT INTO movies (directory, title, nfo_state, created_at, scanned_at) "
                "VALUES ('/movies/X', 'X', 'absent', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            )
        )


def revision_of(database: Path) -> str | None:
    with make_engine(database, "BEGIN").connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_the_newest_revision_is_the_one_that_is_asked_for() -> None:
    assert SCRIPTS.get_current_head() == HEAD


def test_a_fresh_database_has_the_tables_of_the_models(tmp_path: Path) -> None:
    database = tmp_path / "new directory" / "100%" / "library.db"
    with Library(database).reading() as session:
        assert session.scalars(select(Movie)).all() == []
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert revision_of(database) == HEAD


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_earlier_database_is_brought_up_to_date_with_its_movies(
    tmp_path: Path, revision: str
) -> None:
    database = tmp_path / "library.db"
    make_at(database, revision)
    with Library(database).writing() as session:
        movie = session.scalars(select(Movie)).one()
        assert (movie.title, movie.files, movie.created_at.year) == ("X", [], 2026)
    assert revision_of(database) == HEAD


@pytest.mark.parametrize("revision", [None, *REVISIONS])
def test_processes_that_open_it_at_once_do_not_disturb_each_other(
    tmp_path: Path, revision: str | None
) -> None:
    database = tmp_path / "library.db"
    if revision:
        make_at(database, revision)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    ended = [(process.communicate(timeout=300)[1], process.returncode) for process in processes]
    assert ended == [("", 0)] * PROCESSES
    assert revision_of(database) == HEAD


def test_every_migration_can_be_taken_back(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    make_at(database, HEAD)
    config = migration_config()
    with make_engine(database, "BEGIN IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        tables = connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ).all()
    assert tables == ["alembic_version"]


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    make_at(database, HEAD)
    with make_engine(database, "BEGIN IMMEDIATE").begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with (
        pytest.raises(LibraryDatabaseBrokenError, match="newer version"),
        Library(database).reading(),
    ):
        pass
    assert revision_of(database) == "9999"


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "library.db"
    database.write_bytes(b"somebody's letters" * 100)
    with (
        pytest.raises(LibraryDatabaseBrokenError, match="damaged or is none"),
        Library(database).reading(),
    ):
        pass
    assert database.read_bytes() == b"somebody's letters" * 100


def test_a_place_where_no_file_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(LibraryDatabaseError, match="cannot make the directory"),
        Library(tmp_path / "file" / "library.db").reading(),
    ):
        pass


def test_threads_may_make_different_libraries_at_once(tmp_path: Path) -> None:
    def _make(number: int) -> str | None:
        database = tmp_path / f"{number}.db"
        with Library(database).writing():
            return revision_of(database)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(_make, range(24))) == {HEAD}

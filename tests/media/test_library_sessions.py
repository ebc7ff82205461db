"""Opening the library quickly, and many times."""

from pathlib import Path

import pytest
from sqlalchemy import text

from media.errors import LibraryDatabaseError
from media.library.database import Library


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def test_notes_are_not_waited_for_and_all_else_is(database: Path) -> None:
    library = Library(database)
    with library.noting() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 1
    with library.writing() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2


def test_notes_are_there_for_the_next_one(database: Path) -> None:
    library = Library(database)
    with library.noting() as session:
        session.execute(text("INSERT INTO settings VALUES ('a', '1')"))
    with library.reading() as session:
        assert session.scalar(text("SELECT value FROM settings")) == "1"


def test_a_file_that_is_kept_open_keeps_its_journal(database: Path) -> None:
    library, journal = Library(database), database.with_name("library.db-wal")
    with library.kept_open():
        with library.noting() as session:
            session.execute(text("INSERT INTO settings VALUES ('a', '1')"))
        assert journal.stat().st_size > 0
    assert not journal.exists()


def test_who_keeps_it_open_is_in_nobodys_way(database: Path) -> None:
    library = Library(database)
    with library.kept_open(), library.writing() as session:
        session.execute(text("INSERT INTO settings VALUES ('a', '1')"))


def test_a_database_that_was_taken_away_is_made_anew(database: Path) -> None:
    library = Library(database)
    for _ in range(2):
        with library.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM movies")) == 0
        database.unlink()


def test_an_empty_one_that_was_put_back_is_migrated_at_the_next_try(
    database: Path,
) -> None:
    library = Library(database)
    with library.writing() as session:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for name in session.scalars(text(tables)).all():
            session.execute(text(f'DROP TABLE "{name}"'))
    with pytest.raises(LibraryDatabaseError), library.reading() as session:
        session.execute(text("SELECT * FROM credits"))
    with library.reading() as session:
        session.execute(text("SELECT * FROM credits"))

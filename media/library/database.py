"""Open the library: a session to read or to write it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from media.errors import LibraryDatabaseBrokenError, LibraryDatabaseError
from media.library.connection import make_engine
from media.library.driver import driver
from media.library.upgrade import ensure_current, forget


@dataclass(frozen=True)
class Library:
    """The library in the SQLite file `database`, made and migrated when first opened.

    All sessions raise `LibraryDatabaseError` for what may pass (busy for 30 s,
    disk full, not writable) and `LibraryDatabaseBrokenError` for what does not.
    """

    database: Path

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the library throughout."""
        with _named_errors(self.database):
            ensure_current(self.database)
            with Session(make_engine(self.database, "BEGIN")) as session:
                yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that no other writer can come between; commits at the end."""
        with _named_errors(self.database):
            ensure_current(self.database)
            with _write_session(make_engine(self.database, "BEGIN IMMEDIATE")) as session:
                yield session

    @contextmanager
    def noting(self) -> Iterator[Session]:
        """Open a session as `writing` does, for notes that a power cut may take: it is quick."""
        with _named_errors(self.database):
            ensure_current(self.database)
            engine = make_engine(self.database, "BEGIN IMMEDIATE", "NORMAL")
            with _write_session(engine) as session:
                yield session

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the file open, for who opens many sessions.

        SQLite brings the whole journal to the disk whenever the last one who has
        the file open closes it.
        """
        with _named_errors(self.database):
            ensure_current(self.database)
            connection = make_engine(self.database, "BEGIN").connect()
        with connection:
            with _named_errors(self.database):
                connection.scalar(text("SELECT version_num FROM alembic_version"))
                connection.rollback()
            yield


@contextmanager
def _write_session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        session.connection()  # takes the write lock now, not at the first statement
        yield session


@contextmanager
def _named_errors(database: Path) -> Iterator[None]:
    try:
        yield
    except (OperationalError, driver.OperationalError) as error:
        forget(database)
        raise LibraryDatabaseError(
            f"cannot use the library database {database}: {_said(error)}"
        ) from error
    except (DBAPIError, driver.DatabaseError) as error:
        raise LibraryDatabaseBrokenError(
            f"the library database {database} is damaged or is none: {_said(error)}"
        ) from error


def _said(error: Exception) -> object:
    """Return what SQLite says, without what SQLAlchemy adds to it for programmers."""
    return error.orig if isinstance(error, DBAPIError) else error

"""A write transaction in the turn, and short reads: how the rest uses a `Database`."""

from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlite_transport.errors import Replaced, translated
from sqlite_transport.library import sqlite3

if TYPE_CHECKING:
    from sqlite_transport.database import Database

Row = tuple[Any, ...]


class Reader:
    """The database for short queries, in the form of a connection: each is read at once."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Rows":
        """Return all rows of the query."""
        return Rows(self._database.read(sql, parameters))


class Rows(list[Row]):
    """Rows that were read, with the methods of a cursor."""

    def fetchone(self) -> Row | None:
        """Return the first row, None if there is none."""
        return self[0] if self else None

    def fetchall(self) -> list[Row]:
        """Return all rows."""
        return self


class Writing:
    """A write transaction within the turn: `with database.writing as connection:`.

    It commits at the end, or rolls back if an exception leaves it. A signal
    handler that runs in the middle of one and writes too joins it. Within
    `enqueuing` it is a part of the thread's own transaction, and is undone alone.
    """

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._depth = 0
        self._host: Any = None

    @property
    def is_open(self) -> bool:
        """Whether this process is within a transaction."""
        return self._depth > 0

    def __enter__(self) -> Any:
        database = self._database
        entered = False
        try:
            database.lock.acquire()
            if database.room.guest is not None:
                self._host = database.room.guest.host()
            connection = database.ready()
            if self is not database.writing:  # forked since
                raise Replaced(f"{database.path}: this process was forked: connect anew")
            self._depth += 1
            entered = True
            if self._host is not None:
                connection = self._host
                if self._depth == 1:
                    connection.begin_part()
            elif self._depth == 1:
                database.turn.take()
                database.check_identity()
                connection.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._leave(entered)
            if isinstance(error, sqlite3.Error):
                raise translated(error, database.path) from error
            raise
        return connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        commits = kind is None and self._depth == 1
        try:
            if self._depth == 1 and self._host is not None:
                commits = False
                self._host.end_part(undo=kind is not None)
            elif commits:
                self._database.connection.execute("COMMIT")
        except sqlite3.Error as failure:
            raise translated(failure, self._database.path) from failure
        finally:
            self._leave(entered=True)
        if commits and self._database.after_commit is not None:
            self._database.after_commit()
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
            raise translated(error, self._database.path) from error

    def _leave(self, entered: bool) -> None:
        """Undo what was not committed and let others in, however far the way in went."""
        database = self._database
        if entered:
            self._depth -= 1
        if self._depth == 0:
            self._host = None
            connection = database.connection
            if connection is not None:
                if connection.in_transaction:
                    database.rollbacks += 1
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                database.turn.give()
        with suppress(RuntimeError):  # an exception came before the lock did
            database.lock.release()

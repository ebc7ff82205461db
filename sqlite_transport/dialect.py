"""SQLAlchemy on the queue's own file: `create_engine("sqlite+transport:////path/queue.db")`.

It is SQLAlchemy's SQLite, on this package's SQLite library and by the rules of
the file: each transaction is one that writes, waits for the write turn instead
of a lock, and survives power loss once it is committed. A connection lives as
long as its transaction, so that none is open when the process forks.

    sqlite+transport:///relative/path.db
    sqlite+transport:////absolute/path.db
    sqlite+transport:////path.db?durability=normal

With `isolation_level="AUTOCOMMIT"` a connection reads without a transaction,
never waits, and refuses to write.
"""

from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Pool
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from sqlite_transport.guest import Guest, open_guest
from sqlite_transport.library import sqlite3

READS = "AUTOCOMMIT"


class TransportDialect(SQLiteDialect_pysqlite):
    """The dialect; SQLAlchemy finds it by entry point."""

    driver = "transport"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """Return the one SQLite library of this process."""
        return sqlite3

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """Return a pool that keeps no connection open."""
        return NullPool

    def create_connect_args(self, url: URL) -> Any:
        """Return the path and whether commits are durable.

        Raises:
            ArgumentError: the URL names a host, no file, or an unknown option.
        """
        if url.username or url.password or url.host or url.port:
            raise ArgumentError(
                f"{url}: it names a host: write three slashes before a relative path "
                "(sqlite+transport:///queue.db) and four before an absolute one"
            )
        if not url.database or ":memory:" in url.database:
            raise ArgumentError(f"{url}: it names no file: write sqlite+transport:///queue.db")
        durability = url.query.get("durability", "full")
        unknown = set(url.query) - {"durability"}
        if unknown or durability not in ("full", "normal"):
            raise ArgumentError(
                f"{url}: the only option is durability, which is 'full' or 'normal'"
            )
        path = Path(url.database).expanduser().resolve()
        return (path,), {"is_durable": durability == "full"}

    def connect(self, *arguments: Any, **options: Any) -> Any:
        """Return a connection, a guest of the file's."""
        return open_guest(*arguments, **options)

    # -- transactions -----------------------------------------------------

    def do_begin(self, dbapi_connection: Any) -> None:
        """Wait for the turn and begin."""
        guest_of(dbapi_connection).begin()

    def get_isolation_level_values(self, dbapi_connection: Any) -> Any:
        """Return the levels: one that writes, and one that only reads."""
        return ["SERIALIZABLE", READS]

    def get_default_isolation_level(self, dbapi_connection: Any) -> Any:
        """Return the level of a new connection."""
        return "SERIALIZABLE"

    def get_isolation_level(self, dbapi_connection: Any) -> Any:
        """Return the connection's level."""
        return READS if guest_of(dbapi_connection).is_reader else "SERIALIZABLE"

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        """Let the connection write, or only read."""
        guest_of(dbapi_connection).read_only(level == READS)

    def detect_autocommit_setting(self, dbapi_conn: Any) -> bool:
        """Tell whether the connection only reads."""
        return guest_of(dbapi_conn).is_reader


def guest_of(dbapi_connection: Any) -> Guest:
    """Return the connection itself, which a pool may have wrapped."""
    guest: Guest = getattr(dbapi_connection, "dbapi_connection", dbapi_connection)
    return guest

"""Making a database's engine of `history_url`, or saying why that cannot be.

It has one connection at most, for the thread that writes the history.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from sqlite_transport.errors import Unusable
from sqlite_transport.library import sqlite3

#: Seconds to wait for a server's answer to a connect, and for another's lock on an SQLite file.
PATIENCE = 5

#: Drivers whose `connect` takes `connect_timeout` in whole seconds.
TIMED_DRIVERS = {"psycopg", "psycopg2", "pymysql", "mysqldb"}


def make_engine(url: str) -> Engine:
    """Return the engine; nothing is connected yet.

    Raises:
        Unusable: the URL is wrong, or its driver is not installed.
    """
    parsed = parse(url)
    try:
        engine = _engine(parsed)
    except NoSuchModuleError:
        raise Unusable(
            f"history_url {shown(parsed)}: SQLAlchemy knows no database "
            f"{parsed.drivername!r}: write for example postgresql+psycopg://, mysql+pymysql:// "
            "or sqlite:///, or install the package that brings it"
        ) from None
    except ImportError as error:
        raise Unusable(
            f"history_url {shown(parsed)}: its driver is not installed ({error}): "
            f"pip install {error.name or 'it'}, or name another driver in the URL"
        ) from error
    if engine.dialect.is_async:
        raise Unusable(
            f"history_url {shown(parsed)}: the driver is an asynchronous one: name another, "
            "such as postgresql+psycopg:// or mysql+pymysql://"
        )
    return engine


def parse(url: str) -> URL:
    """Return the URL taken apart; the path of an SQLite file is made absolute.

    Raises:
        Unusable: it is none, or names no file.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password.
        raise Unusable(
            "history_url is no database URL: write for example sqlite:///history.db or "
            "postgresql+psycopg://user:password@host/database, with special characters in "
            "the password percent-encoded"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        return parsed
    if not parsed.database or ":memory:" in parsed.database or parsed.host:
        raise Unusable(
            f"history_url {shown(parsed)} names no file: write for example sqlite:///history.db"
        )
    # Whatever driver the URL names: a process must not have two SQLite libraries.
    return parsed.set(
        drivername="sqlite", database=str(Path(parsed.database).expanduser().resolve())
    )


def shown(url: URL) -> str:
    """Return the URL as it may be shown: without its password."""
    return url.render_as_string(hide_password=True)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        # A connection must not cross a fork, so none stays open.
        engine = create_engine(
            url, module=sqlite3, poolclass=NullPool, connect_args={"timeout": PATIENCE}
        )
        event.listen(engine, "connect", _durable)
        return engine
    options: dict[str, Any] = {}
    if url.get_dialect().driver in TIMED_DRIVERS and "connect_timeout" not in url.query:
        options["connect_args"] = {"connect_timeout": PATIENCE}
    return create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, **options)


def _durable(connection: Any, _: object) -> None:
    # What is committed here is deleted where it came from.
    connection.execute("PRAGMA synchronous = FULL")

"""Sessions whose transactions cannot take tasks along: each is told why, and nothing is sent."""

import asyncio
import sqlite3 as standard
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import celery
import pytest
from celery import Celery
from fixture_types import Rows
from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from sqlite_transport.enqueue import enqueuing
from sqlite_transport.errors import CannotJoin
from sqlite_transport.library import sqlite3
from sqlite_transport.task import Task


@pytest.fixture
def scan(app: Celery) -> Any:
    @app.task(name="scan")
    def scan(directory: str) -> None: ...

    scan.delay("/first")
    return scan


@pytest.fixture(autouse=True)
def nothing_more_is_sent(scan: Any, rows: Rows) -> Iterator[None]:
    yield
    assert rows("SELECT count(*) FROM job") == [(1,)]


def refused(session: Any, message: str) -> None:
    with pytest.raises(CannotJoin, match=message), enqueuing(session):
        raise AssertionError("the block must not be entered")


@pytest.mark.skipif(
    sqlite3.Connection is standard.Connection, reason="this process has one library alone"
)
def test_another_sqlite_library(path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp(path)}", module=standard)
    with Session(engine) as session:
        refused(session, r"the session's SQLite library is sqlite3.*two of them can corrupt it")


def tmp(path: Path) -> Path:
    """Return another file: the other library must not touch the queue's."""
    return path.with_name("other.db")


def test_another_engine(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}", module=sqlite3)
    with Session(engine) as session:
        refused(session, r"sqlite\+pysqlite, which knows nothing of the file's write turn")
    engine.dispose()


def test_no_sqlite_at_all() -> None:
    with Session(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/x")) as session:
        refused(session, r"the session is on postgresql.*send them after the commit")


def test_a_reader(path: Path) -> None:
    engine = create_engine(f"sqlite+transport:///{path}", isolation_level="AUTOCOMMIT")
    with Session(engine) as session:
        refused(session, "the session only reads")


def test_an_asynchronous_session() -> None:
    async def ask() -> None:
        async with AsyncSession() as session:
            refused(session, "takes no asynchronous session")

    asyncio.run(ask())


def test_a_session_of_several_engines(path: Path) -> None:
    table = Table("movie", MetaData())
    engine = create_engine(f"sqlite+transport:///{path}")
    with Session(binds={table: engine}) as session:
        refused(session, r"give enqueuing the connection of the right one")
        with enqueuing(session.connection(bind_arguments={"clause": table})):
            pass


@pytest.mark.parametrize("given", [None, "session", object()])
def test_no_session_at_all(given: object) -> None:
    refused(given, "takes an SQLAlchemy Session or Connection, not")


def send(session: Session, *tasks: Any) -> None:
    with enqueuing(session):
        for task in tasks:
            task.delay("/a")


def test_tasks_of_another_file(path: Path, scan: Any) -> None:
    with Session(create_engine(f"sqlite+transport:///{tmp(path)}")) as session:
        with pytest.raises(CannotJoin, match=rf"{path}: the transaction .* is one of {tmp(path)}"):
            send(session, scan)
        session.commit()


@pytest.fixture
def elsewhere() -> Iterator[Celery]:
    app = Celery("elsewhere", broker="memory://localhost", set_as_current=False)
    app.conf.task_ignore_result = True
    app.control.purge()
    yield app
    app.control.purge()
    app.close()


def test_tasks_of_another_broker(path: Path, scan: Any, elsewhere: Celery) -> None:
    @elsewhere.task(name="other", base=Task, shared=False)
    def other(directory: str) -> None: ...

    with Session(create_engine(f"sqlite+transport:///{path}")) as session:
        with pytest.raises(CannotJoin, match=r"other goes to memory://.*send it after the commit"):
            send(session, scan, other)
        session.commit()
    with elsewhere.connection_for_read() as connection, pytest.raises(Empty):
        connection.SimpleQueue("celery").get(block=False)


def test_plain_tasks_of_another_broker(path: Path, scan: Any, elsewhere: Celery) -> None:
    """Celery's own class cannot know; it is told when the block ends."""

    @elsewhere.task(name="other", base=celery.Task, shared=False)
    def other(directory: str) -> None: ...

    with Session(create_engine(f"sqlite+transport:///{path}")) as session:
        with pytest.raises(CannotJoin, match="1 tasks of the block have gone to another broker"):
            send(session, scan, other)
        session.commit()

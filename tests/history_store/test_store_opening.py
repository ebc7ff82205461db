"""The URL, the tables, and what is said when they are not right."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from kombu import Connection
from look import job_ids, rows
from samples import ENTRY, EVERYTHING
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout
from sqlalchemy.pool import NullPool

import sqlite_transport  # noqa: F401 - makes sqlite:// a scheme
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.history_store import creation
from sqlite_transport.history_store import engine as engine_module
from sqlite_transport.history_store import store as store_module
from sqlite_transport.history_store.engine import make_engine, shown
from sqlite_transport.history_store.store import Store
from sqlite_transport.library import sqlite3


def execute(url: str, *statements: str) -> None:
    module = {"module": sqlite3} if url.startswith("sqlite") else {}
    engine = create_engine(url, poolclass=NullPool, **module)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("history.db", "is no database URL"),
        ("postgresql psycopg://root@localhost/test", "is no database URL"),
        ("postgresql://root@localhost:port/test", "is no database URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("nosql://root@localhost/test", "SQLAlchemy knows no database 'nosql'"),
        ("postgresql+asyncpg://localhost/x", "is not installed|asynchronous"),
        ("oracle+oracledb://localhost/x", "its driver is not installed .*: pip install oracledb"),
    ],
)
def test_a_wrong_url_is_refused_in_a_sentence(url: str, advice: str) -> None:
    with pytest.raises(Unusable, match=advice):
        Store(url)


def test_another_sqlite_driver_is_the_projects_library(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/history.db"
    assert make_engine(url).dialect.dbapi is sqlite3


def test_an_asynchronous_driver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

    monkeypatch.setattr(SQLiteDialect_pysqlite, "is_async", True)
    with pytest.raises(Unusable, match="asynchronous"):
        Store("sqlite:///history.db")


def test_the_password_is_never_shown() -> None:
    for url in ("nosql://me:secret@localhost/x", "me:secret@localhost"):
        with pytest.raises(Unusable) as raised:
            Store(url)
        assert "secret" not in str(raised.value)
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    store = Store("postgresql+psycopg://me:secret@127.0.0.1:1/x")
    assert str(store) == "postgresql+psycopg://me:***@127.0.0.1:1/x"
    with pytest.raises(Unavailable) as failed:
        store.record([ENTRY], [], EVERYTHING)
    assert "secret" not in str(failed.value)
    assert "127.0.0.1:1/x" in str(failed.value)


def test_a_relative_path_is_that_of_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = make_engine("sqlite:///history.db")
    monkeypatch.chdir("/")
    assert shown(engine.url) == f"sqlite:///{tmp_path.resolve()}/history.db"


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="unable to open database file"):
        Store(f"sqlite:///{tmp_path}/missing/history.db").prepare()


def test_a_database_that_goes(tmp_path: Path) -> None:
    directory = tmp_path / "history"
    directory.mkdir()
    store = Store(f"sqlite:///{directory}/history.db")
    store.prepare()
    shutil.rmtree(directory)
    with pytest.raises(Unavailable, match="unable to open database file"):
        store.record([ENTRY], [], EVERYTHING)


def test_a_database_that_is_made_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    store = Store(url)
    store.prepare()
    (tmp_path / "history.db").unlink()
    with pytest.raises(Unavailable, match="no such table"):
        store.record([ENTRY], [], EVERYTHING)
    store.record([ENTRY], [], EVERYTHING)
    assert len(rows(url, "job_history")) == 1


def test_a_database_that_is_locked_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program is writing: that is no fault of the rows."""
    monkeypatch.setattr(engine_module, "PATIENCE", 0)
    url = f"sqlite:///{tmp_path}/history.db"
    store = Store(url)
    store.prepare()
    with closing(sqlite3.connect(str(tmp_path / "history.db"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="database is locked"):
            store.record([ENTRY], [], EVERYTHING)
        with pytest.raises(Unavailable, match="database is locked"):
            store._write_alone({**ENTRY._asdict(), "payload_base64": 0})
        other.execute("ROLLBACK")
    store.record([ENTRY], [], EVERYTHING)
    assert rows(url, "job_history")[0]["payload"] == ENTRY.payload


def test_an_error_of_sqlalchemys_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path}/history.db")
    store.prepare()

    def fail(*_: object) -> None:
        raise SQLAlchemyTimeout("no connection\nin time")

    monkeypatch.setattr(store_module, "_replace", fail)
    with pytest.raises(Unavailable, match=r"history\.db: no connection in time"):
        store.record([ENTRY], [], EVERYTHING)


def test_a_fork_waits_for_sqlite_and_the_child_can_use_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK, Path(__file__).parent, url],
        check=True,
        timeout=240,
    )
    assert job_ids(url) == ["child", "parent"]


FORK = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from samples import entry, EVERYTHING
from sqlite_transport.history_store import forking
from sqlite_transport.history_store.store import Store
store = Store(sys.argv[2])
busy, forked = threading.Event(), threading.Event()
def work():
    with forking.busy:
        busy.set()
        assert not forked.wait(0.5)
    store.record([entry("parent")], [], EVERYTHING)
thread = threading.Thread(target=work)
thread.start()
busy.wait()
child = os.fork()
forked.set()
if child == 0:
    store.record([entry("child")], [], EVERYTHING)
    os._exit(0)
thread.join()
assert os.waitpid(child, 0)[1] == 0
"""


def test_sqlite_is_the_projects_and_durable(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/history.db")
    assert engine.dialect.dbapi is sqlite3
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_the_tables_are_made_once(store: Store, url: str) -> None:
    store.prepare()
    store.record([ENTRY], [], EVERYTHING)
    other = Store(url)
    other.prepare()
    other.close()
    assert len(rows(url, "job_history")) == 1


def test_what_a_killed_process_left_is_completed(store: Store, url: str) -> None:
    store.prepare()
    index = "job_history_task"
    on = " ON job_history" if url.startswith("mysql") else ""
    execute(
        url, f"DROP INDEX {index}{on}", "DROP TABLE job_history_version", "DROP TABLE job_attempt"
    )
    other = Store(url)
    other.record([ENTRY], [], EVERYTHING)
    other.close()
    module = {"module": sqlite3} if url.startswith("sqlite") else {}
    with create_engine(url, poolclass=NullPool, **module).connect() as connection:
        found = inspect(connection).get_indexes("job_history")
    assert index in {each["name"] for each in found}
    assert rows(url, "job_history_version", "id") == [{"id": 1, "version": creation.VERSION}]


def test_tables_of_a_newer_version_are_refused(store: Store, url: str) -> None:
    store.prepare()
    execute(url, "UPDATE job_history_version SET version = 2")
    other = Store(url)
    with pytest.raises(Unusable, match="of version 2, newer than the 1 that"):
        other.prepare()
    other.close()


def test_another_programs_table_is_refused_and_not_touched(store: Store, url: str) -> None:
    execute(url, "CREATE TABLE job_history (id INTEGER, wages INTEGER)")
    with pytest.raises(Unusable, match="has a table job_history of another program"):
        store.prepare()
    assert rows(url, "job_history", "id") == []


def test_a_queues_file_is_refused(tmp_path: Path) -> None:
    with Connection(f"sqlite:///{tmp_path}/queue.db") as connection:
        connection.connect()
    with pytest.raises(Unusable, match="is the file of a queue"):
        Store(f"sqlite:///{tmp_path}/queue.db").prepare()


def test_a_database_that_goes_while_the_tables_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again for a while, since others may be making them too."""
    monkeypatch.setattr(creation, "PAUSE", 0)
    store = Store(f"sqlite:///{tmp_path}/history.db")
    tries = []

    def fail(connection: object) -> None:
        tries.append(connection)
        raise creation.DBAPIError("create", {}, Exception("table exists"))

    monkeypatch.setattr(creation, "_create", fail)
    with pytest.raises(Unavailable, match="table exists"):
        store.prepare()
    assert len(tries) == creation.TRIES

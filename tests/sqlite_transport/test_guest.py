"""`sqlite+transport`: SQLAlchemy on the queue's file, by the rules of the file."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from descriptors import open_below
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from sqlite_transport.database import Database, open_database
from sqlite_transport.errors import InTransaction, Replaced, Unusable
from sqlite_transport.guest import Guest
from sqlite_transport.library import sqlite3
from sqlite_transport.turn import WriteTurn

Rows = Callable[..., list[tuple[Any, ...]]]

ADD = text("INSERT INTO movie (title) VALUES ('Heat')")
COUNT = "SELECT count(*) FROM movie"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite+transport:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE movie (title TEXT)"))
    yield engine
    engine.dispose()


def write(path: Path) -> None:
    """Write to the file as the broker does."""
    open_database(path).write("UPDATE state SET controlled = controlled", ())


def in_thread(do: Any) -> threading.Thread:
    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    return thread


def is_free(path: Path) -> bool:
    """Tell whether nobody has the write turn, as another process sees it."""
    import fcntl

    turn = WriteTurn(path)
    try:
        fcntl.flock(turn._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        turn.close()
    return True


def test_a_new_file_is_a_queues_from_the_start(engine: Engine, rows: Rows) -> None:
    assert {"movie", "job", "state"} <= set(inspect(engine).get_table_names())
    assert rows("SELECT count(*) FROM job") == [(0,)]


def test_it_is_the_one_library_and_the_settings_of_the_house(engine: Engine) -> None:
    assert engine.dialect.dbapi is sqlite3
    with engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "wal_autocheckpoint", "cache_size")
        ]
    assert settings == ["wal", 1, 1000, -16384]


def test_a_transaction_is_kept_or_undone(engine: Engine, rows: Rows) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        session.rollback()
        session.execute(ADD)
        with session.begin_nested() as savepoint:
            session.execute(ADD)
            savepoint.rollback()
        session.commit()

    assert rows(COUNT) == [(1,)]


@pytest.mark.parametrize("how", ["commit", "rollback", "close", "invalidate", "error", "forget"])
def test_the_turn_is_given_back(engine: Engine, path: Path, how: str) -> None:
    connection = engine.connect()
    connection.execute(ADD)
    assert not is_free(path)
    if how == "error":
        with pytest.raises(OperationalError):
            connection.execute(text("nonsense"))
        connection.close()
    elif how == "forget":
        # It is found when its thread needs the turn again.
        del connection
        write(path)
    else:
        getattr(connection, how)()

    assert is_free(path)
    write(path)


def test_a_thread_that_dies_gives_the_turn_back(engine: Engine, path: Path) -> None:
    def work() -> None:
        Session(engine).execute(ADD)

    in_thread(work).join()

    assert is_free(path)
    write(path)


def test_what_a_dead_thread_had_begun_is_undone_and_told(
    engine: Engine, path: Path, rows: Rows
) -> None:
    session = Session(engine)
    in_thread(lambda: session.execute(ADD)).join()

    assert is_free(path)
    with pytest.raises(Unusable, match="the thread that was in this transaction has ended"):
        session.commit()
    session.rollback()
    session.execute(ADD)
    session.commit()
    assert rows(COUNT) == [(1,)]


def test_it_may_end_in_another_thread(engine: Engine, path: Path, rows: Rows) -> None:
    session = Session(engine)
    begun, go_on = threading.Event(), threading.Event()

    def begin() -> None:
        session.execute(ADD)
        begun.set()
        go_on.wait(240)

    thread = in_thread(begin)
    assert begun.wait(240)
    session.execute(ADD)
    with pytest.raises(InTransaction):
        # It was used here last, so it is this thread's.
        write(path)
    go_on.set()
    thread.join(240)
    session.commit()

    write(path)
    assert rows(COUNT) == [(2,)]


def test_other_threads_wait_for_it_and_read_meanwhile(
    engine: Engine, path: Path, rows: Rows
) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        waiting = in_thread(lambda: write(path))
        second = in_thread(lambda: add(engine))
        with ThreadPoolExecutor() as pool:
            assert pool.submit(rows, COUNT).result(timeout=240) == [(0,)]
        time.sleep(0.05)
        assert waiting.is_alive()
        assert second.is_alive()
        session.commit()
        waiting.join(240)
        second.join(240)

    assert rows(COUNT) == [(2,)]


def add(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(ADD)


def test_other_processes_wait_for_it(engine: Engine, path: Path, run: Any, rows: Rows) -> None:
    program = run(
        """
        import sys
        from pathlib import Path
        from sqlite_transport.database import open_database
        database = open_database(Path(sys.argv[1]))
        print("ready", flush=True)
        sys.stdin.readline()
        database.write("INSERT INTO movie VALUES ((SELECT count(*) FROM movie))", ())
        print("written", flush=True)
        """,
        path,
    )
    assert program.read() == "ready"
    with Session(engine) as session:
        session.execute(ADD)
        program.say()
        time.sleep(0.1)
        session.execute(ADD)
        session.commit()

    assert program.read() == "written"
    assert rows("SELECT title FROM movie") == [("Heat",), ("Heat",), ("2",)]


def test_many_threads_lose_nothing(engine: Engine, path: Path, rows: Rows) -> None:
    def work(number: int) -> None:
        if number % 2:
            add(engine)
        else:
            open_database(path).write("INSERT INTO movie VALUES ('x')", ())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(120)))

    assert rows(COUNT) == [(120,)]


def test_its_own_thread_is_told_and_does_not_hang(engine: Engine, path: Path) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        with pytest.raises(InTransaction, match="this thread is in a transaction of its own"):
            write(path)
        with pytest.raises(InTransaction), open_database(path).writing:
            pass
        with pytest.raises(InTransaction, match="has a transaction on this file already"):
            add(engine)
        session.commit()

    write(path)
    add(engine)


def test_within_the_brokers_own_transaction_there_is_none(engine: Engine, path: Path) -> None:
    with open_database(path).writing, pytest.raises(InTransaction):
        add(engine)
    add(engine)


def test_a_reader_never_waits_and_never_writes(engine: Engine, path: Path, rows: Rows) -> None:
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    with Session(engine) as session, Session(reading) as one, Session(reading) as two:
        session.execute(ADD)
        assert one.execute(text(COUNT)).scalar() == two.execute(text(COUNT)).scalar() == 0
        session.commit()
        assert one.execute(text(COUNT)).scalar() == 1
        write(path)
        with pytest.raises(OperationalError, match="readonly"):
            one.execute(ADD)
    with reading.connect() as connection:
        assert connection.get_isolation_level() == "AUTOCOMMIT"
    add(engine)
    with engine.connect() as connection:
        assert connection.get_isolation_level() == "SERIALIZABLE"


@pytest.mark.parametrize(
    ("statement", "durability", "syncs"),
    [
        ("INSERT INTO movie VALUES ('x')", "full", 1),
        ("CREATE TABLE other (a)", "full", 1),
        (COUNT, "full", 0),
        ("INSERT INTO movie VALUES ('x')", "normal", 0),
    ],
)
def test_a_commit_is_durable(
    engine: Engine,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    durability: str,
    syncs: int,
) -> None:
    done = []
    monkeypatch.setattr(Database, "sync", lambda self: done.append(is_free(path)))
    other = create_engine(f"sqlite+transport:///{path}?durability={durability}")

    with other.begin() as connection:
        connection.execute(text(statement))

    assert done == [True] * syncs, "others write meanwhile"


def test_the_brokers_file_may_be_closed_meanwhile(engine: Engine, path: Path, rows: Rows) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        open_database(path).close()
        session.execute(ADD)
        session.commit()

    assert rows(COUNT) == [(2,)]


def test_a_file_that_was_replaced_is_noticed(path: Path, engine: Engine) -> None:
    pooled = create_engine(f"sqlite+transport:///{path}", poolclass=QueuePool)
    with pooled.connect() as connection:
        for each in path.parent.glob("queue.db*"):
            if each.is_file():
                each.unlink()
        path.touch()
        with pytest.raises(Replaced, match="connect anew"):
            connection.execute(ADD)
    pooled.dispose()


def test_a_pool_may_keep_it(path: Path, engine: Engine, rows: Rows) -> None:
    pooled = create_engine(f"sqlite+transport:///{path}", poolclass=QueuePool, pool_size=2)
    for _ in range(3):
        add(pooled)
        write(path)
    assert isinstance(pooled.raw_connection().dbapi_connection, Guest)
    pooled.dispose()

    assert rows(COUNT) == [(3,)]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite+transport://", "names no file"),
        ("sqlite+transport:///:memory:", "names no file"),
        ("sqlite+transport://host/queue.db", "names a host"),
        ("sqlite+transport:////tmp/q.db?durability=some", "'full' or 'normal'"),
        ("sqlite+transport:////tmp/q.db?timeout=3", "the only option is durability"),
    ],
)
def test_a_wrong_url(url: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        create_engine(url).connect()


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE movie (title TEXT)")
    connection.close()
    engine = create_engine(f"sqlite+transport:///{tmp_path}/other.db")

    with pytest.raises(Unusable, match="belongs to another program"):
        engine.connect()


def test_a_foreign_lock_is_told_in_sqlalchemys_words(engine: Engine, path: Path) -> None:
    open_database(path, busy_timeout=0.05)
    foreign = sqlite3.connect(str(path), isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        add(engine)
    foreign.close()

    add(engine)
    assert is_free(path)


def test_no_descriptor_is_left(engine: Engine, path: Path) -> None:
    add(engine)
    before = open_below(path.parent)
    for _ in range(5):
        add(engine)

    assert open_below(path.parent) == before


def test_who_listens_to_events_is_told_of_each_commit(engine: Engine, path: Path) -> None:
    told: list[bool] = []
    open_database(path).after_commit = lambda: told.append(is_free(path))

    add(engine)
    with engine.connect() as connection:
        connection.execute(ADD)
        connection.rollback()

    assert told == [True]

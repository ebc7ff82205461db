"""`enqueuing`: tasks are visible if, and only if, the user's transaction commits."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu
import pytest
from celery import Celery, chain, chord
from fixture_types import Rows, Working
from receiving import eventually
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from sqlite_transport.database import Database, open_database
from sqlite_transport.enqueue import enqueuing
from sqlite_transport.errors import CannotJoin, InTransaction
from sqlite_transport.library import sqlite3

ADD = text("INSERT INTO movie (title) VALUES ('Heat')")
JOBS = "SELECT type, task_id FROM job ORDER BY id"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite+transport:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE movie (title TEXT)"))
    yield engine
    engine.dispose()


@pytest.fixture
def scan(app: Celery) -> Any:
    @app.task(name="scan")
    def scan(directory: str) -> str:
        return directory

    return scan


@pytest.fixture
def only(app: Celery) -> Any:
    @app.task(name="only", unique="until_done")
    def only(directory: str) -> str:
        return directory

    return only


def fail_after(scan: Any) -> None:
    scan.delay("/a")
    raise KeyError


def movies(rows: Rows) -> int:
    return int(rows("SELECT count(*) FROM movie")[0][0])


def test_a_job_is_visible_from_the_commit_on(engine: Engine, scan: Any, rows: Rows) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        with enqueuing(session):
            result = scan.delay("/a")
        assert rows(JOBS) == []
        session.commit()
        assert rows(JOBS) == [("scan", result.id)]

    assert movies(rows) == 1


def test_a_job_is_never_visible_if_it_is_undone(engine: Engine, scan: Any, rows: Rows) -> None:
    with Session(engine) as session:
        with enqueuing(session):
            scan.delay("/a")
        session.execute(ADD)
        session.rollback()

    assert (rows(JOBS), movies(rows)) == ([], 0)
    scan.delay("/b")
    assert len(rows(JOBS)) == 1, "whatever it had declared is declared again"


def test_a_savepoint_takes_its_jobs_along(engine: Engine, scan: Any, rows: Rows) -> None:
    with Session(engine) as session, session.begin():
        with enqueuing(session):
            kept = scan.delay("/a")
        savepoint = session.begin_nested()
        with enqueuing(session):
            scan.apply_async(("/b",), queue="other")
        savepoint.rollback()
        with enqueuing(session):
            last = scan.apply_async(("/c",), queue="other")

    assert rows(JOBS) == [("scan", kept.id), ("scan", last.id)]


def test_nothing_is_sent_if_the_block_fails(engine: Engine, scan: Any, rows: Rows) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        with pytest.raises(KeyError), enqueuing(session):
            fail_after(scan)
        session.commit()

    assert (rows(JOBS), movies(rows)) == ([], 1)


@pytest.mark.parametrize("give", ["connection", "scoped", "factory"])
def test_what_it_takes(engine: Engine, scan: Any, rows: Rows, give: str) -> None:
    if give == "connection":
        with engine.connect() as connection:
            with enqueuing(connection):
                scan.delay("/a")
            connection.commit()
    elif give == "scoped":
        session = scoped_session(sessionmaker(engine))
        with enqueuing(session):
            scan.delay("/a")
        session.commit()
        session.remove()
    else:
        with sessionmaker(engine).begin() as session, enqueuing(session):
            scan.delay("/a")

    assert len(rows(JOBS)) == 1


def test_canvases_and_batches_go_along(
    app: Celery, engine: Engine, scan: Any, rows: Rows, working: Working
) -> None:
    @app.task(name="count")
    def count(results: list[str]) -> int:
        return len(results)

    with Session(engine) as session:
        with enqueuing(session):
            result = chord([scan.s("/a"), scan.s("/b")], count.s()).delay()
            last = chain(scan.s("/c"), scan.s()).delay()
        assert rows("SELECT * FROM chord") == []
        session.commit()
    assert len(rows(JOBS)) == 3
    with working():
        assert result.get(timeout=60) == 2
        assert last.get(timeout=60) == "/c"


def test_a_worker_is_woken(
    engine: Engine, scan: Any, working: Working, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without a ring it would look only after that.
    monkeypatch.setattr("sqlite_transport.event_loop.SWEEP", 3600)
    is_over = threading.Event()

    def ring() -> None:
        while not is_over.wait(0.2):
            scan.delay("/c")

    ringing = threading.Thread(target=ring)
    with working():
        scan.delay("/a").get(timeout=60)
        with Session(engine) as session, session.begin(), enqueuing(session):
            result = scan.delay("/b")
        assert result.get(timeout=60) == "/b"
        ringing.start()  # else it might sleep through its own end
    is_over.set()
    ringing.join()


@pytest.mark.parametrize(("durability", "syncs"), [("full", 1), ("normal", 1)])
def test_it_is_durable_when_the_commit_returns(
    path: Path,
    engine: Engine,
    scan: Any,
    monkeypatch: pytest.MonkeyPatch,
    durability: str,
    syncs: int,
) -> None:
    """By the engine's word for all, or else by the broker's for the tasks; never twice."""
    scan.delay("/a")
    done: list[str] = []
    monkeypatch.setattr(Database, "sync", lambda self: done.append("sync"))
    other = create_engine(f"sqlite+transport:///{path}?durability={durability}")

    with Session(other) as session:
        with enqueuing(session):
            scan.delay("/b")
        assert done == []
        session.commit()

    assert done == ["sync"] * syncs


def test_a_duplicate_alone_is_synced_too(
    engine: Engine, only: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    only.delay("/a")
    done: list[str] = []
    monkeypatch.setattr(Database, "sync", lambda self: done.append("sync"))

    with Session(engine) as session, session.begin(), enqueuing(session):
        only.delay("/a")

    assert done == ["sync"]


def test_unique_tasks_go_by_the_same_rules(engine: Engine, only: Any, rows: Rows) -> None:
    first = only.delay("/a")
    with Session(engine) as session, session.begin():
        with enqueuing(session):
            held, own, twice = only.delay("/a"), only.delay("/b"), only.delay("/b")
        assert held.id == first.id
        assert own.id == twice.id
        with enqueuing(session):
            again = only.delay("/b")
        assert again.id == own.id

    assert rows(JOBS) == [("only", first.id), ("only", own.id)]
    assert only.delay("/b").id == own.id


def test_a_key_taken_in_vain_is_free(engine: Engine, only: Any, rows: Rows) -> None:
    with Session(engine) as session:
        with enqueuing(session):
            undone = only.delay("/a")
        session.rollback()

    assert only.delay("/a").id != undone.id
    assert len(rows(JOBS)) == 1


def test_new_queues_and_exchanges_go_along(engine: Engine, scan: Any, rows: Rows) -> None:
    queue = kombu.Queue("films", kombu.Exchange("films", type="topic"), routing_key="films.#")
    options = {"exchange": queue.exchange, "routing_key": "films.x", "declare": [queue]}
    with Session(engine) as session:
        session.execute(ADD)
        with enqueuing(session):
            scan.apply_async(("/a",), **options)
        session.rollback()
    assert rows("SELECT name FROM queue") == []
    with Session(engine) as session:
        with enqueuing(session):
            scan.apply_async(("/a",), **options)
        session.commit()

    assert rows("SELECT queue FROM job") == [("films",)]


def test_outside_of_the_block_it_is_told_at_once(
    engine: Engine, scan: Any, rows: Rows, path: Path
) -> None:
    with Session(engine) as session:
        session.execute(ADD)
        for _ in range(2):
            with pytest.raises(InTransaction, match=r"within `with enqueuing\(session\)"):
                scan.delay("/a")
        with enqueuing(session):
            scan.delay("/b")
        with pytest.raises(InTransaction):
            scan.delay("/c")
        session.commit()
        scan.delay("/d")

    assert len(rows(JOBS)) == 2


def test_other_threads_send_for_themselves(engine: Engine, scan: Any, rows: Rows) -> None:
    results: list[Any] = []
    with Session(engine) as session:
        with enqueuing(session):
            scan.delay("/a")
            other = threading.Thread(target=lambda: results.append(scan.delay("/b")))
            other.start()
        session.rollback()
        other.join(60)

    assert rows(JOBS) == [("scan", results[0].id)]


def test_a_commit_within_the_block_is_an_error(engine: Engine, scan: Any, rows: Rows) -> None:
    def end_within(session: Session, how: str) -> None:
        with enqueuing(session):
            scan.delay("/a")
            getattr(session, how)()
            session.execute(ADD)

    for how in ("commit", "rollback"):
        with Session(engine) as session:
            with pytest.raises(CannotJoin, match="has ended within `enqueuing`"):
                end_within(session, how)
            session.commit()

    assert rows(JOBS) == []


def test_a_disk_error_leaves_the_transaction_as_it_was(
    engine: Engine, scan: Any, rows: Rows, path: Path
) -> None:
    scan.delay("/first")
    open_database(path).write(
        "CREATE TRIGGER full BEFORE INSERT ON job WHEN new.type = 'full'"
        " BEGIN SELECT raise(ABORT, 'no'); END",
        (),
    )

    def send(session: Session) -> None:
        with enqueuing(session):
            scan.delay("/a")
            scan.app.send_task("full")

    with Session(engine) as session:
        session.execute(ADD)
        with pytest.raises((kombu.exceptions.OperationalError, sqlite3.IntegrityError)):
            send(session)
        session.commit()

    assert (len(rows(JOBS)), movies(rows)) == (1, 1)


def test_a_worker_runs_tasks_that_use_it(
    app: Celery, engine: Engine, scan: Any, working: Working, rows: Rows
) -> None:
    @app.task(name="import")
    def import_movie() -> None:
        with Session(engine) as session, session.begin():
            session.execute(ADD)
            with enqueuing(session):
                scan.delay("/a")

    import_movie.delay()
    with working():
        eventually(lambda: rows("SELECT count(*) FROM job_history") == [(2,)])

    assert movies(rows) == 1

"""Doomed processes that send unique tasks, and tasks with a transaction of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import Celery
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from crashes.scenarios import Notes, rows
from sqlite_transport.database import close_databases
from sqlite_transport.enqueue import enqueuing
from sqlite_transport.library import sqlite3
from sqlite_transport.task import Task

CREATE = text("CREATE TABLE IF NOT EXISTS movie (title TEXT)")
ADD = text("INSERT INTO movie (title) VALUES (:title)")


@contextmanager
def application(database: str) -> Iterator[Any]:
    app = Celery("doomed", broker=f"sqlite:///{database}", set_as_current=False)
    app.conf.task_ignore_result = True

    @app.task(name="only", base=Task, unique="until_done", shared=False)
    def only(title: str) -> None: ...

    yield app, only
    app.pool.force_close_all()
    close_databases()


def engine_of(database: str) -> Engine:
    return create_engine(f"sqlite+transport:///{database}")


def send_unique(database: str) -> None:
    """Send one task twice, and another once."""
    notes = Notes(database)
    with application(database) as (_, only):
        for title in ("Heat", "Heat", "Ran"):
            notes.accepted(f"{title} {only.delay(title).id}")


def make_movies(database: str) -> None:
    with engine_of(database).begin() as connection:
        connection.execute(CREATE)
    close_databases()


def enqueue(database: str) -> None:
    """Add movies, each with tasks in the same transaction; undo one of them."""
    notes = Notes(database)
    engine = engine_of(database)
    with application(database) as (app, only):
        for title in ("Heat", "Undone", "Ran"):
            with Session(engine) as session:
                session.execute(ADD, {"title": title})
                with enqueuing(session):
                    only.delay(title)
                    app.send_task("plain", (title,))
                if title == "Undone":
                    session.rollback()
                session.commit()
            notes.accepted(title)


def look_at_joined(database: str) -> dict[str, Any]:
    """Return what is in the file, as SQLite itself reads it."""
    if not Path(database).exists():
        return {"integrity": "ok", "jobs": [], "keys": [], "movies": []}
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        return {
            "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
            "jobs": rows(connection, "SELECT type, task_id, payload FROM job")
            if "job" in tables
            else [],
            "keys": rows(connection, "SELECT unique_key, task_id FROM unique_job")
            if "job" in tables
            else [],
            "movies": rows(connection, "SELECT title FROM movie") if "movie" in tables else [],
        }
    finally:
        connection.close()

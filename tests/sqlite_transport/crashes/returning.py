"""Doomed processes that store results and return parts of a chord, as workers do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from celery.app.task import Context

import sqlite_transport.backend  # noqa: F401 - else each child imports it
from crashes.scenarios import rows
from sqlite_transport.database import close_databases
from sqlite_transport.library import sqlite3

GROUP, BODY = "the-chord", "the-body"


@contextmanager
def application(database: str) -> Iterator[Any]:
    url = f"sqlite:///{database}"
    app = Celery("doomed", broker=url, backend=url, set_as_current=False)
    yield app
    app.pool.force_close_all()
    close_databases()


def part(app: Any, position: int) -> Context:
    errback = app.signature("errback")
    body = app.signature("body", options={"task_id": BODY, "link_error": [errback]})
    return Context(
        id=f"part-{position}",
        group=GROUP,
        group_index=position,
        chord=body,
        delivery_info={},
    )


def store(database: str) -> None:
    """Store a success, and then what must not take its place."""
    with application(database) as app:
        app.backend.store_result("task", {"percent": 1}, "PROGRESS")
        app.backend.mark_as_done("task", "good")
        app.backend.mark_as_failure("task", ValueError("late"))


def begin(database: str) -> None:
    """Apply a chord of two parts."""
    with application(database) as app:
        app.backend.set_chord_size(GROUP, 2)


def return_first(database: str) -> None:
    with application(database) as app:
        done = part(app, 0)
        app.backend.mark_as_done(done.id, 0, done)


def return_last(database: str) -> None:
    with application(database) as app:
        done = part(app, 1)
        app.backend.mark_as_done(done.id, 1, done)


def fail_last(database: str) -> None:
    with application(database) as app:
        bad = part(app, 1)
        app.backend.mark_as_failure(bad.id, ValueError("on purpose"), request=bad)


def look_at_results(database: str) -> dict[str, Any]:
    """Return what is in the file, as SQLite itself reads it."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            return {"integrity": "ok", "results": {}, "sent": [], "chord": []}
        return {
            "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
            "results": dict(rows(connection, "SELECT task_id, status FROM result")),
            "sent": [
                [kind, json.loads(payload)[0]]
                for kind, payload in rows(connection, "SELECT type, payload FROM job")
            ],
            "chord": rows(connection, "SELECT size, returned, completed_at IS NOT NULL FROM chord"),
        }
    finally:
        connection.close()

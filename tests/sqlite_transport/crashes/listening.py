"""Doomed processes that listen to events, and what the file has for that."""

from typing import Any

from celery import Celery

from sqlite_transport.database import close_databases
from sqlite_transport.jobs import open_jobs
from sqlite_transport.library import sqlite3


def application(database: str) -> Celery:
    return Celery("doomed", broker=f"sqlite:///{database}", set_as_current=False)


def listen(database: str) -> list[str]:
    """Begin to listen, have something happen, hear of it, and end; return what was heard."""
    app = application(database)
    with open_jobs(app).events(timeout=0) as events:
        app.send_task("doomed", queue="jobs")
        heard = [event.name for event in events]
    app.pool.force_close_all()
    close_databases()
    return heard


def look_at_listeners(database: str) -> dict[str, Any]:
    """Return what is in the file, as SQLite itself reads it."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            return {"integrity": "ok", "triggers": 0, "subscribers": 0, "events": 0, "orphans": 0}

        def count(what: str) -> int:
            return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

        return {
            "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
            "triggers": count("sqlite_schema WHERE type = 'trigger'"),
            "subscribers": count("subscriber"),
            "events": count("event"),
            "orphans": count("subscriber WHERE session NOT IN (SELECT id FROM session)"),
        }
    finally:
        connection.close()

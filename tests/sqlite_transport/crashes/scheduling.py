"""Doomed processes that are `celery beat`."""

from pathlib import Path
from typing import Any

from celery import Celery

from crashes.scenarios import Notes, rows
from sqlite_transport.beat import Scheduler
from sqlite_transport.database import close_databases, open_database
from sqlite_transport.library import sqlite3

#: Entries with an hour between two runs, which the scenarios make due.
ENTRIES = ("first", "second")


def _scheduler(database: str) -> Scheduler:
    app = Celery("doomed", broker=f"sqlite:///{database}", set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        result_expires=None,
        beat_schedule={
            name: {"task": name, "schedule": 3600, "options": {"overlap": True}} for name in ENTRIES
        },
    )
    scheduler: Scheduler = Scheduler(app)
    return scheduler


def schedule(database: str) -> None:
    """Begin, as a new beat does."""
    scheduler = _scheduler(database)
    scheduler.tick()
    scheduler.close()
    close_databases()


def make_due(database: str) -> None:
    """Have both entries be due since an hour."""
    schedule(database)
    open_database(Path(database)).write("UPDATE schedule SET last_run_at = last_run_at - 7200", ())
    close_databases()


def send_due(database: str) -> None:
    """Do what is due."""
    notes = Notes(database)
    scheduler = _scheduler(database)
    scheduler.tick()
    for name, entry in scheduler.schedule.items():
        notes.accepted(f"{name} {entry.total_run_count}")
    scheduler.close()
    close_databases()


def look_at_schedules(database: str) -> dict[str, Any]:
    """Return what is remembered, and what was sent."""
    if not Path(database).exists():
        return {"integrity": "ok", "schedules": [], "jobs": []}
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        made = connection.execute("PRAGMA user_version").fetchone()[0]
        return {
            "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
            "schedules": rows(
                connection,
                "SELECT name, run_count, last_task_id, last_job_id,"
                " unixepoch('now') - last_run_at < 3600, due_at > last_run_at FROM schedule",
            )
            if made
            else [],
            "jobs": rows(connection, "SELECT type, 1, task_id, id FROM job") if made else [],
        }
    finally:
        connection.close()

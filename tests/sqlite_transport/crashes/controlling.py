"""What the doomed processes do with pauses, limits and breakers."""

from typing import Any

import kombu
from celery import Celery

from crashes.scenarios import IDS, JOBS, PATIENCE, connect, rows
from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases
from sqlite_transport.history import Outcome
from sqlite_transport.jobs import Jobs, open_jobs
from sqlite_transport.library import sqlite3
from sqlite_transport.status import COMPLETED, FAILED

TYPE = "doomed"


def _jobs(database: str) -> Jobs:
    return open_jobs(Celery(broker=f"sqlite:///{database}", set_as_current=False))


def limit(database: str) -> None:
    """Let two run at once, and after two failures in a row none for a moment."""
    jobs = _jobs(database)
    jobs.limit(type=TYPE, concurrency=2)
    jobs.breaker(TYPE, failures=2, seconds=0.01)
    close_databases()


def work_limited(database: str) -> None:
    """End all jobs under that limit, of which the first two fail."""
    ended: list[str] = []

    def on_message(message: kombu.Message) -> None:
        status = COMPLETED if len(ended) > 1 else FAILED
        message.delivery.outcome = Outcome(status)
        message.ack()
        ended.append(message.headers["id"])

    with (
        connect(database) as connection,
        kombu.Consumer(connection, [JOBS], on_message=on_message, prefetch_count=3),
    ):
        while len(ended) < len(IDS):
            connection.drain_events(timeout=PATIENCE)
    close_databases()


def pause(database: str) -> None:
    """Pause the jobs, and have a consumer come upon them."""
    _jobs(database).pause(type=TYPE)
    with connect(database) as connection, connection.channel() as channel:
        assert channel.basic_get("jobs") is None
    close_databases()


def resume(database: str) -> None:
    """Let them go on."""
    _jobs(database).resume(type=TYPE)
    close_sessions()
    close_databases()


CONTROLLED = (
    "SELECT (SELECT controlled FROM state)"
    " >= (EXISTS (SELECT 1 FROM control) OR EXISTS (SELECT 1 FROM job WHERE status = 'blocked'))"
)


def look_at_gates(database: str) -> dict[str, Any]:
    """Return what holds, and whether claims will look at it."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        return {
            "controls": rows(
                connection, "SELECT name, paused_at IS NOT NULL, concurrency FROM control"
            ),
            "obeyed": bool(connection.execute(CONTROLLED).fetchone()[0]),
            "blocked": rows(connection, "SELECT id FROM job WHERE status = 'blocked'"),
        }
    finally:
        connection.close()

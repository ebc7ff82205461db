"""What the doomed processes do as operators, who change jobs."""

import json
import time
from contextlib import suppress
from typing import Any

import kombu
from celery import Celery

from crashes.scenarios import IDS, JOBS, PATIENCE, connect, headers, rows
from sqlite_transport import slices
from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs, WrongState, open_jobs
from sqlite_transport.library import sqlite3

FAR = 4e9


def _jobs(database: str) -> Jobs:
    return open_jobs(Celery(broker=f"sqlite:///{database}", set_as_current=False))


def _close() -> None:
    close_sessions()
    close_databases()


def fill_with_tasks(database: str) -> None:
    """Publish what has arguments."""
    with connect(database) as connection:
        producer = connection.Producer(serializer="json")
        for task_id in IDS:
            producer.publish([["old"], {}, {}], routing_key="jobs", headers=headers(task_id))
    close_databases()


def update(database: str) -> None:
    """Change all that can be changed of the first job."""
    _jobs(database).update(IDS[0], priority=1, due_at=FAR, args=["new"])
    _close()


def promote(database: str) -> None:
    """Have the first job run now, if it is to run later."""
    with suppress(WrongState):
        _jobs(database).promote(IDS[0])
    _close()


def cancel_waiting(database: str) -> None:
    _jobs(database).cancel(IDS[0])
    _close()


def cancel_running(database: str) -> None:
    """Take three jobs, and have one of them cancelled; all go back as the connection closes."""
    taken: list[Any] = []
    with connect(database) as connection:
        consumer = kombu.Consumer(connection, [JOBS], on_message=taken.append, prefetch_count=3)
        consumer.consume()
        while len(taken) < 3:
            connection.drain_events(timeout=PATIENCE)
        jobs = _jobs(database)
        jobs.cancel(IDS[0])
        jobs.app.pool.force_close_all()
    _close()


def cancel_the_dead_ones(database: str) -> None:
    """Cancel a job that a dead process has."""
    _jobs(database).cancel(IDS[0], wait=PATIENCE)
    _close()


def cancel_all(database: str) -> None:
    slices.FIRST = 2
    _jobs(database).cancel_all(type="doomed")
    _close()


def retry(database: str) -> None:
    """Put the one failed job back."""
    _jobs(database).retry(IDS[3])
    _close()


def retry_all(database: str) -> None:
    slices.FIRST = 2
    _jobs(database).retry_all(status="completed", until=time.time())
    _close()


ALL = (
    "SELECT task_id, status, priority, due_at IS NOT NULL, json_extract(headers, '$.eta')"
    " IS NOT NULL, completed_at IS NOT NULL, cancel_requested_at IS NOT NULL,"
    " (SELECT count(*) FROM job_attempt WHERE job_id = job.id), payload, retry_count, session"
    " FROM job WHERE transient = 0"
)
NAMES = "task status priority is_due has_eta has_ended is_unwanted attempts payload retries session"


def look_at_jobs(database: str) -> dict[str, dict[str, Any]]:
    """Return by its task what there is of each job."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        found = [dict(zip(NAMES.split(), row, strict=True)) for row in rows(connection, ALL)]
        assert len(found) == len(IDS), "none lost and none doubled"
        for job in found:
            text = str(job.pop("payload"))
            job["arguments"] = json.loads(text)[0] if text.startswith("[") else None
        return {job["task"]: job for job in found}
    finally:
        connection.close()

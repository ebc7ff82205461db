"""Jobs that have ended, in a queue's file, and the history that they go to."""

import time
from collections.abc import Callable
from typing import Any

from kombu import Connection
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sqlite_transport.broker import Broker
from sqlite_transport.library import sqlite3
from sqlite_transport.retention import Retention

Connect = Callable[..., Connection]
Rows = Callable[..., list[tuple[Any, ...]]]

EVERYTHING = {"completed": Retention(), "failed": Retention(), "cancelled": Retention()}
PATIENCE = 240.0


def history(url: str, table: str = "job_history") -> list[dict[str, Any]]:
    engine = create_engine(url, poolclass=NullPool, module=sqlite3)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))
        return [dict(row._mapping) for row in found]


def end_jobs(broker: Broker, count: int, status: str = "completed", payload: str = "") -> None:
    """Put ended jobs into the file, each with an attempt."""
    with broker.database.writing as connection:
        for number in range(count):
            job = connection.execute(
                "INSERT INTO job (id, queue, type, task_id, priority, payload, headers, properties,"
                " status, retry_count, created_at, started_at, updated_at, completed_at)"
                " VALUES ((SELECT 1 + max(last_job_id, coalesce((SELECT max(id) FROM job), 0))"
                " FROM state), 'jobs', 'film', ?1, 5, ?2, '{\"root_id\":\"root\"}', '{}', ?3, 1,"
                " 1e9 + ?1, 1e9 + ?1 + 1, 1e9 + ?1 + 2, 1e9 + ?1 + 2)",
                (str(number), payload, status),
            ).lastrowid
            connection.execute(
                "INSERT INTO job_attempt (job_id, status, error, worker, started_at,"
                " completed_at, retry_count) VALUES (?, 'retried', 'Hiccup', 'w', 1e9, 1e9 + 1, 0)",
                (job,),
            )


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)

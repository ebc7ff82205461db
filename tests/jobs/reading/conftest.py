"""An application with a file, and jobs in every state in it."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs, open_jobs

#: The present of the jobs: they were made and end before and after it.
NOW = 1_700_000_000.0

Put = Callable[..., int]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Celery]:
    app = Celery("films", broker=f"sqlite:///{tmp_path}/queue.db", set_as_current=False)
    app.conf.broker_transport_options = {}
    yield app
    app.close()
    close_databases()


@pytest.fixture
def jobs(app: Celery) -> Jobs:
    return open_jobs(app)


@pytest.fixture
def put(jobs: Jobs) -> Put:
    """Put a job into the file and return its number: `put("pending", args=["film"], queue="low")`.

    What is not given is what the broker would write.
    """
    numbers = itertools.count(1)

    def put(status: str = "pending", args: Any = (), kwargs: Any = None, **values: Any) -> int:
        row = row_of(next(numbers), status, args, kwargs, **values)
        columns = ", ".join(row)
        marks = ", ".join("?" * len(row))
        with jobs.broker.database.writing as connection:
            connection.execute(f"INSERT INTO job ({columns}) VALUES ({marks})", list(row.values()))
        return int(row["id"])

    return put


def row_of(number: int, status: str, args: Any, kwargs: Any, **values: Any) -> dict[str, Any]:
    over = status in ("completed", "failed", "cancelled")
    return {
        "id": number,
        "queue": "celery",
        "type": "scan",
        "task_id": f"task-{number}",
        "priority": 5,
        "payload": json.dumps([list(args), kwargs or {}, {}]),
        "content_type": "application/json",
        "headers": json.dumps({"root_id": "root", "parent_id": None}),
        "properties": "{}",
        "status": status,
        "created_at": NOW + number,
        "updated_at": NOW + number,
        "due_at": NOW + 1000 if status == "scheduled" else None,
        "blocked_by": "type:scan" if status == "blocked" else None,
        "session": 1 if status == "processing" else None,
        "started_at": NOW if over or status == "processing" else None,
        "completed_at": NOW + number if over else None,
        **values,
    }

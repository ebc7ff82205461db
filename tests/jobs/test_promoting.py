"""What was to run later runs now."""

import time
from typing import Any

import pytest

from sqlite_transport.jobs import Jobs, WrongState

LONG = 3600.0


def test_one(jobs: Jobs) -> None:
    job = jobs.add("scan", countdown=LONG)

    before = time.time()
    now = jobs.promote(job.id)

    assert (now.status, now.id) == ("pending", job.id)
    assert now.due_at is not None
    assert before <= now.due_at <= time.time()
    [headers] = jobs.broker.database.read("SELECT json_extract(headers, '$.eta') FROM job")
    assert headers == (None,)
    with pytest.raises(WrongState, match="pending: it runs as soon as a worker is free"):
        jobs.promote(job.id)


def test_all_of_a_type_or_a_queue(jobs: Jobs) -> None:
    for number in range(150):
        jobs.add("scan" if number % 3 else "publish", queue=f"q{number % 2}", countdown=LONG)
    ready = jobs.add("scan")
    told: list[tuple[int, Any]] = []

    assert jobs.promote_all(type="publish", queue="q0", progress=lambda *at: told.append(at)) == 25
    assert told[-1] == (25, 25)
    assert jobs.promote_all(type="publish") == 25
    assert jobs.promote_all() == 100
    assert jobs.promote_all() == 0
    sql = "SELECT DISTINCT status, due_at <= updated_at, json_extract(headers, '$.eta') FROM job"
    assert jobs.broker.database.read(f"{sql} WHERE id != ?", (ready.id,)) == [("pending", 1, None)]
    assert jobs.get(ready.id) == ready

"""An operator changes what has not begun, and Celery sees the same as the broker."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from celery import Celery
from claimer import Claimer
from kombu import Queue

from sqlite_transport.jobs import Job, JobError, Jobs, NoSuchJob, WrongState

LATE = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def message_of(jobs: Jobs, job: Job) -> tuple[dict[str, Any], dict[str, Any], Any]:
    sql = "SELECT headers, properties, payload FROM job WHERE id = ?"
    [row] = jobs.broker.database.read(sql, (job.id,))
    headers, properties, payload = map(json.loads, row)
    return headers, properties, payload


def test_priority(jobs: Jobs, claimers: Callable[..., Claimer]) -> None:
    first, second = jobs.add("scan", ["a"]), jobs.add("scan", ["b"])

    changed = jobs.update(second.id, priority=0)

    assert (changed.priority, changed.updated_at) == (0, second.updated_at)
    assert message_of(jobs, second)[1]["priority"] == 0
    consumer = claimers()
    assert consumer.take() == ["b", "a"]
    assert consumer.messages["b"].delivery_info["priority"] == 0
    assert jobs.get(first.id).priority == 5


def test_priority_in_a_queue_with_a_largest_one(app: Celery, jobs: Jobs) -> None:
    app.conf.task_queues = [Queue("short", queue_arguments={"x-max-priority": 6})]
    job = jobs.add("scan", queue="short", priority=1)

    assert jobs.update(job.id, priority=9).priority == 6
    assert message_of(jobs, job)[1]["priority"] == 9


def test_to_a_later_time_and_back(jobs: Jobs) -> None:
    job = jobs.add("scan")

    later = jobs.update(str(job.task_id), due_at=LATE)
    assert (later.status, later.due_at) == ("scheduled", LATE)
    assert message_of(jobs, job)[0]["eta"] == "2100-01-01T00:00:00+00:00"

    before = time.time()
    now = jobs.update(job.id, due_at=0)
    assert now.status == "pending"
    assert now.due_at is not None
    assert before <= now.due_at <= time.time()
    assert message_of(jobs, job)[0]["eta"] is None
    assert jobs.update(job.id, due_at=0) == now, "it is ready already"


def test_a_blocked_job_can_be_put_off(jobs: Jobs, claimers: Callable[..., Claimer]) -> None:
    jobs.pause(type="scan")
    job = jobs.add("scan", ["a"])
    assert claimers().take() == []
    assert jobs.get(job.id).status == "blocked"

    assert jobs.update(job.id, priority=1).status == "blocked"
    later = jobs.update(job.id, due_at=LATE)

    assert (later.status, later.blocked_by, later.priority) == ("scheduled", None, 1)


def test_arguments(jobs: Jobs, claimers: Callable[..., Claimer]) -> None:
    job = jobs.add("scan", ["a"], {"deep": True})

    assert jobs.update(job.id, args=["ü"]).args == ["ü"]
    changed = jobs.update(job.id, kwargs={"deep": False})

    assert (changed.args, changed.kwargs) == (["ü"], {"deep": False})
    headers, _, payload = message_of(jobs, job)
    assert (headers["argsrepr"], headers["kwargsrepr"]) == ("('ü',)", "{'deep': False}")
    assert payload[2].keys() == {"callbacks", "errbacks", "chain", "chord"}
    consumer = claimers()
    assert consumer.take() == ["ü"]
    assert consumer.messages["ü"].payload[:2] == [["ü"], {"deep": False}]


def test_a_time_to_live_counts_from_the_new_time(app: Celery, jobs: Jobs) -> None:
    app.conf.task_queues = [Queue("brief", queue_arguments={"x-message-ttl": 60_000})]
    job = jobs.add("scan", queue="brief")
    assert job.expires_at == job.created_at + 60

    assert jobs.update(job.id, due_at=LATE).expires_at == LATE + 60
    now = jobs.update(job.id, due_at=0)
    assert now.due_at is not None
    assert now.expires_at == now.due_at + 60


def test_not_beyond_its_expiry(jobs: Jobs) -> None:
    job = jobs.add("scan", expires=60)
    with pytest.raises(JobError, match=r"expires at 20.*, before it would be due"):
        jobs.update(job.id, due_at=LATE)
    assert jobs.get(job.id) == job


def test_what_is_no_json(app: Celery, jobs: Jobs) -> None:
    app.send_task("scan", ("a",), serializer="yaml")
    with pytest.raises(WrongState, match="no arguments in JSON"):
        jobs.update(1, args=["b"])
    assert jobs.update(1, priority=2).priority == 2


def test_what_has_begun_or_ended(jobs: Jobs, claimers: Callable[..., Claimer]) -> None:
    job = jobs.add("scan", ["a"])
    consumer = claimers()
    consumer.take()
    with pytest.raises(WrongState, match=r"job 1 \(scan\) .* processing: a worker has it"):
        jobs.update(job.id, priority=1)
    consumer.finish()
    with pytest.raises(WrongState, match="completed: it has ended"):
        jobs.update(job.id, priority=1)
    with pytest.raises(NoSuchJob, match="there is no job 99"):
        jobs.update(99, priority=1)
    with pytest.raises(NoSuchJob, match="there is no job of the task nobody"):
        jobs.update("nobody", priority=1)


@pytest.mark.parametrize(
    "given",
    [{"priority": -1}, {"due_at": "x"}, {"args": "x"}, {"kwargs": "x"}, {"args": [{1}, object()]}],
)
def test_wrong_values(jobs: Jobs, given: dict[str, Any]) -> None:
    job = jobs.add("scan")
    with pytest.raises(JobError):
        jobs.update(job.id, **given)
    assert jobs.get(job.id) == job

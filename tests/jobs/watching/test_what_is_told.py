"""Whoever listens is told what happens to every job, in its order."""

import json
import time
from contextlib import suppress

import pytest
from celery import Celery
from hearing import PATIENCE, execute, names, take
from kombu import Producer
from sending import after, many, send_job

from sqlite_transport.jobs import Jobs
from sqlite_transport.upkeep import expire_jobs


def test_what_happens_is_told_in_its_order(jobs: Jobs, producer: Producer, app: Celery) -> None:
    with jobs.events(timeout=PATIENCE) as subscription:
        task_id = send_job(producer, "x", priority=3)
        with app.connection_for_read() as connection, connection.SimpleQueue("films") as films:
            films.get(timeout=PATIENCE).ack()
        created, started, completed = take(subscription, 3)

    assert (created.name, started.name, completed.name) == (
        "job:created",
        "job:started",
        "job:completed",
    )
    assert [created.id, created.id + 1, created.id + 2] == [created.id, started.id, completed.id]
    for event in (created, started, completed):
        assert (event.job_id, event.task_id) == (1, task_id)
        assert (event.type, event.queue) == ("tasks.scan", "films")
        assert abs(event.created_at - time.time()) < 60
        assert json.loads(json.dumps(event.as_json()))["data"] == event.data
    assert created.data == {"status": "pending", "priority": 3, "retry_count": 0}
    assert completed.data["status"] == "completed"
    assert completed.data["started_at"] <= completed.data["completed_at"]


def test_nobody_is_told_of_what_leaves_no_history(jobs: Jobs, producer: Producer) -> None:
    with jobs.events(timeout=0) as subscription:
        producer.publish("news", routing_key="films", delivery_mode=1)
        send_job(producer, "x")
        assert names(list(subscription)) == ["job:created"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE job SET status = 'blocked', blocked_by = 'type:x'", "job:blocked"),
        ("UPDATE job SET priority = 1", "job:updated"),
        ("UPDATE job SET status = 'scheduled', due_at = 9e9", "job:updated"),
        ("UPDATE job SET status = 'cancelled', completed_at = 9e9", "job:cancelled"),
        ("UPDATE job SET status = 'processing', session = 1, started_at = 5", None),
        ("UPDATE job SET updated_at = 5", None),
    ],
    ids=lambda value: str(value),
)
def test_a_waiting_job(jobs: Jobs, producer: Producer, sql: str, expected: str | None) -> None:
    send_job(producer, "x")
    with jobs.events(timeout=0) as subscription:
        execute(jobs, sql)
        assert names(list(subscription)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE job SET worker = 'w', started_at = 6", ["job:started"]),
        # Found by a worker that it cannot be run: it has not begun.
        (
            "UPDATE job SET status = 'failed', worker = 'w', completed_at = 7",
            ["job:failed"],
        ),
        ("UPDATE job SET cancel_requested_at = 6", ["job:cancelling"]),
        ("UPDATE job SET status = 'pending', session = NULL, started_at = NULL", []),
        (
            "UPDATE job SET status = 'blocked', blocked_by = 'type:x', session = NULL",
            ["job:blocked"],
        ),
        ("UPDATE job SET progress_done = 3", ["job:progress"]),
        ("UPDATE job SET progress_done = NULL", []),
        (
            "UPDATE job SET status = 'scheduled', retry_count = 1, started_at = NULL",
            ["job:started", "job:retried"],
        ),
    ],
    ids=lambda value: str(value),
)
def test_a_claimed_job(jobs: Jobs, producer: Producer, sql: str, expected: list[str]) -> None:
    send_job(producer, "x")
    execute(jobs, "UPDATE job SET status = 'processing', session = 99, started_at = 5")
    with jobs.events(timeout=0) as subscription:
        execute(jobs, sql)
        assert names(list(subscription)) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE job SET status = 'pending', completed_at = NULL", "job:requeued"),
        ("UPDATE job SET status = 'completed', error = NULL", "job:completed"),
        ("UPDATE job SET status = 'failed', error = 'why'", None),
        ("DELETE FROM job", None),
    ],
    ids=lambda value: str(value),
)
def test_a_job_that_has_ended(
    jobs: Jobs, producer: Producer, sql: str, expected: str | None
) -> None:
    send_job(producer, "x")
    execute(jobs, "UPDATE job SET status = 'failed', error = 'why', completed_at = 5")
    with jobs.events(timeout=0) as subscription:
        execute(jobs, sql)
        assert names(list(subscription)) == ([expected] if expected else [])


def test_pauses_and_breakers(jobs: Jobs) -> None:
    upsert = (
        "INSERT INTO control (kind, name, paused_at) VALUES (?, ?, 5)"
        " ON CONFLICT (kind, name) DO UPDATE SET paused_at = excluded.paused_at"
    )
    with jobs.events(timeout=0) as subscription:
        execute(jobs, upsert, "queue", "films")
        execute(jobs, upsert, "queue", "films")
        execute(jobs, "UPDATE control SET paused_at = NULL")
        execute(jobs, "DELETE FROM control")
        execute(jobs, upsert, "type", "scan")
        execute(jobs, "UPDATE control SET opens_at = 6")
        execute(jobs, "UPDATE control SET opens_at = NULL")
        execute(jobs, "DELETE FROM control")
        told = list(subscription)

    assert [(event.name, event.queue, event.type, event.data) for event in told] == [
        ("queue:paused", "films", None, {"paused_at": 5.0}),
        ("queue:resumed", "films", None, {}),
        ("type:paused", None, "scan", {"paused_at": 5.0}),
        ("breaker:opened", None, "scan", {"opens_at": 6.0}),
        ("breaker:closed", None, "scan", {}),
        ("type:resumed", None, "scan", {}),
    ]


def test_what_an_operator_says_is_told_once(jobs: Jobs, app: Celery) -> None:
    """Whatever else is said of the same queue or type at the time."""
    with jobs.events(timeout=0) as subscription:
        app.send_task("scan")
        jobs.pause(type="scan")
        jobs.pause(type="scan")
        jobs.limit(type="scan", concurrency=2)
        with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
            with suppress(queue.Empty):
                queue.get(timeout=0.1)
            jobs.resume(type="scan")
            queue.get(timeout=PATIENCE).ack()
        jobs.pause(queue="celery")
        jobs.resume(queue="celery")
        told = names(list(subscription))
    assert told == [
        "job:created",
        "type:paused",
        "job:blocked",
        "type:resumed",
        "job:ready",
        "job:started",
        "job:completed",
        "queue:paused",
        "queue:resumed",
    ]


def test_expiry_and_purge(jobs: Jobs, producer: Producer, app: Celery) -> None:
    with jobs.events(timeout=PATIENCE) as subscription:
        late = send_job(producer, "late", expires=after(0.05))
        assert next(subscription).task_id == late
        expire_jobs(jobs.broker, time.time() + 1)
        cancelled = next(subscription)
        assert (cancelled.name, cancelled.data["error"]) == ("job:cancelled", "expired")
        purged = send_job(producer, "purged")
        scheduled = send_job(producer, "scheduled", eta=after(100))
        producer.channel.queue_purge("films")
        told = take(subscription, 4)
    assert names(told) == ["job:created"] * 2 + ["job:cancelled"] * 2
    assert [event.task_id for event in told] == [purged, scheduled, scheduled, purged]


def test_what_is_undone_is_not_told(jobs: Jobs, producer: Producer) -> None:
    send_job(producer, "x")
    with jobs.events(timeout=0) as subscription:
        with suppress(ZeroDivisionError), jobs.broker.database.writing as connection:
            connection.execute("UPDATE job SET priority = 1")
            raise ZeroDivisionError
        execute(jobs, "UPDATE job SET priority = 2")
        [event] = list(subscription)
    assert event.data["priority"] == 2


def test_a_batch_is_told_message_by_message(jobs: Jobs, producer: Producer) -> None:
    with jobs.events(timeout=0) as subscription:
        with many(producer):
            ids = [send_job(producer, "x") for _ in range(10)]
        assert [event.task_id for event in subscription] == ids

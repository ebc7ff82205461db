"""What is cancelled does not run, whatever becomes of the worker that has it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, chord, states
from celery.exceptions import TaskRevokedError
from claimer import Claimer

from sqlite_transport import slices
from sqlite_transport.history import Outcome
from sqlite_transport.jobs import JobError, Jobs, WrongState
from sqlite_transport.status import COMPLETED, RETRIED

REASON = "cancelled by an operator"


Claimers = Callable[..., Claimer]


# -- what waits ------------------------------------------------------------


def test_what_waits_ends_at_once(jobs: Jobs, claimers: Claimers) -> None:
    jobs.pause(type="publish")
    blocked = jobs.add("publish", ["b"])
    consumer = claimers()
    assert consumer.take() == []
    ready, later = jobs.add("scan", ["a"]), jobs.add("scan", ["c"], countdown=3600)
    assert [jobs.get(each.id).status for each in (blocked, ready, later)] == [
        "blocked",
        "pending",
        "scheduled",
    ]

    for job in (blocked, ready, later):
        ended = jobs.cancel(job.id)
        assert (ended.status, ended.error, ended.id) == ("cancelled", REASON, job.id)
        assert ended.completed_at is not None

    jobs.resume(type="publish")
    assert consumer.take() == []
    with pytest.raises(WrongState, match="cancelled: it has ended; it can be retried"):
        jobs.cancel(ready.id)


def test_a_plain_message(app: Celery, jobs: Jobs, claimers: Claimers) -> None:
    with app.connection_for_write() as connection, connection.Producer() as producer:
        for _ in range(2):
            producer.publish([["x"], {}, {}], routing_key="celery", serializer="json")
    assert jobs.cancel(1).status == "cancelled"
    assert claimers().take() == ["x"]
    with pytest.raises(WrongState, match="no Celery task, and a consumer has it"):
        jobs.cancel(2)
    assert jobs.get(2).cancel_requested_at is None


@pytest.mark.parametrize("given", [{"signal": "SIGNAL"}, {"signal": 99}, {"wait": -1}])
def test_wrong_values(jobs: Jobs, given: dict[str, Any]) -> None:
    job = jobs.add("scan")
    with pytest.raises(JobError):
        jobs.cancel(job.id, **given)
    assert jobs.get(job.id) == job


@pytest.mark.parametrize("signal", ["kill", "SIGKILL", 9])
def test_names_of_signals(jobs: Jobs, signal: Any) -> None:
    assert jobs.cancel(jobs.add("scan").id, signal=signal).status == "cancelled"


# -- what a worker has -----------------------------------------------------


def claimed(jobs: Jobs, consumer: Claimer) -> int:
    """Add a job, have it claimed, and cancel it."""
    job = jobs.add("scan", ["a"])
    assert consumer.take() == ["a"]
    requested = jobs.cancel(job.id)
    assert requested.status == "processing"
    assert requested.cancel_requested_at is not None
    again = jobs.cancel(job.id, signal="SIGKILL")
    assert again.cancel_requested_at == requested.cancel_requested_at
    return job.id


def test_a_requeue(jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers()
    job = claimed(jobs, consumer)
    consumer.messages["a"].requeue()
    assert consumer.take() == []
    ended = jobs.get(job)
    assert (ended.status, ended.error) == ("cancelled", REASON)


def test_a_requeue_of_what_came_too_often(jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers()
    job = claimed(jobs, consumer)
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET deliveries = 5")
    consumer.messages["a"].requeue()
    assert consumer.take() == []
    assert jobs.get(job).status == "cancelled"


def test_a_close(jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers()
    job = claimed(jobs, consumer)
    consumer.close()
    assert jobs.get(job).status == "cancelled"
    assert claimers().take() == []


@pytest.mark.parametrize("accepted", [0, 1])
def test_a_death(jobs: Jobs, claimers: Claimers, accepted: int) -> None:
    consumer = claimers()
    job = claimed(jobs, consumer)
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET accepted = ? WHERE id = ?", (accepted, job))
    jobs.broker.abandon_session(consumer.connection.transport.inbox.session)

    ended = jobs.cancel(job, wait=60)

    assert (ended.status, ended.error) == ("cancelled", f"{REASON}, and its worker ended")
    assert ended.attempts == ()


def test_a_retry(app: Celery, jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers()
    job = claimed(jobs, consumer)
    message = consumer.messages["a"]
    app.send_task("scan", ("a",), task_id=message.headers["id"], retries=1, countdown=3600)
    message.delivery.outcome = Outcome(RETRIED, "ValueError: x")
    message.ack()
    assert consumer.take() == []

    ended = jobs.get(job)
    assert (ended.status, ended.error, ended.retry_count) == ("cancelled", REASON, 1)
    assert [(each.status, each.error) for each in ended.attempts] == [("retried", "ValueError: x")]


def test_a_success_that_was_quicker(jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers()
    job = claimed(jobs, consumer)
    consumer.finish()
    assert jobs.get(job).status == "completed"


def test_a_success_of_a_job_that_was_given_up(jobs: Jobs, claimers: Claimers) -> None:
    """The connection went, and the process and its task lived on."""
    consumer = claimers()
    job = claimed(jobs, consumer)
    message = consumer.messages["a"]
    message.delivery.early = True
    message.ack()
    consumer.connection.transport.inbox.flush()
    channel = message.channel
    consumer.close()
    assert jobs.get(job).error == f"{REASON}, and its worker ended"

    channel.conclude(message.delivery, Outcome(COMPLETED, worker="w"))

    assert jobs.get(job).status == "completed"


def test_waiting_ends_in_time(jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers()
    job = jobs.add("scan", ["a"])
    consumer.take()
    begun = time.monotonic()
    assert jobs.cancel(job.id, wait=0.3).status == "processing"
    assert time.monotonic() - begun >= 0.3


# -- all of them -----------------------------------------------------------


def test_all_by_what_they_are(jobs: Jobs, claimers: Claimers) -> None:
    for number in range(120):
        jobs.add(
            "scan" if number % 2 else "publish",
            [f"/films/{'Heat' if number % 4 < 2 else 'Ran'}"],
            queue=f"q{number % 3}",
            countdown=3600 if number % 5 == 0 else None,
        )
    told: list[tuple[int, Any]] = []

    assert jobs.cancel_all(status="scheduled", type="scan", text="heat") == 6
    assert jobs.cancel_all(queue="q1", progress=lambda *at: told.append(at)) == 38
    assert told[-1] == (38, 38)
    assert jobs.cancel_all(text="RAN", progress=lambda *at: told.append(at)) > 30
    assert told[-1][1] is None
    consumer = claimers("q0", "q2", prefetch=10)
    assert len(consumer.take()) == 10
    left = jobs.broker.database.read("SELECT count(*) FROM job_queue")[0][0]
    assert jobs.cancel_all(status="processing") == 10
    assert jobs.cancel_all() == left

    consumer.close()
    statuses = "SELECT status, count(*) FROM job WHERE transient = 0 GROUP BY status"
    assert jobs.broker.database.read(statuses) == [("cancelled", 120)]
    with pytest.raises(JobError, match="must be one of scheduled, pending, blocked, processing"):
        jobs.cancel_all(status="completed")


def test_text_is_looked_for_in_arguments_alone(app: Celery, jobs: Jobs) -> None:
    app.send_task("scan", ("a",), serializer="yaml")
    jobs.add("scan", ["b"], {"title": "Élan"})
    assert jobs.cancel_all(text="scan") == 0
    with pytest.raises(JobError, match="write a word"):
        jobs.cancel_all(text="--")
    assert jobs.cancel_all(text="éLAN") == 1
    assert jobs.cancel_all() == 1


@pytest.mark.parametrize("filter_", ["type", "queue", "text"])
def test_a_filter_that_is_empty_does_not_mean_all(jobs: Jobs, filter_: str) -> None:
    """Mostly it is a variable that was not set."""
    job = jobs.add("scan", ["a"], countdown=3600)
    for change in (jobs.cancel_all, jobs.promote_all, jobs.retry_all):
        if filter_ == "text" and change == jobs.promote_all:
            continue
        with pytest.raises(JobError, match=f"{filter_} is empty: name one, or leave it out"):
            change(**{filter_: ""})  # type: ignore[operator]
        with pytest.raises(JobError, match=f"{filter_} must be a text, not 2"):
            change(**{filter_: 2})  # type: ignore[operator]
    assert jobs.get(job.id) == job


# -- who waits for the result ----------------------------------------------


@pytest.fixture
def results(app: Celery) -> Celery:
    app.conf.result_backend = app.conf.broker_url
    return app


def test_who_waits_is_told(results: Celery, jobs: Jobs) -> None:
    result = results.send_task("scan")
    ignored = results.send_task("scan", ignore_result=True)
    unknown = results.send_task("elsewhere.scan")
    for each in (result, ignored, unknown):
        jobs.cancel(each.id)

    with pytest.raises(TaskRevokedError, match=REASON):
        result.get(timeout=60)
    assert ignored.state == states.PENDING
    assert unknown.state == states.REVOKED


def test_a_result_that_is_there_stays(results: Celery, jobs: Jobs) -> None:
    result = results.send_task("scan")
    results.backend.mark_as_done(result.id, "good")
    jobs.cancel(result.id)
    assert result.get(timeout=60) == "good"


def test_a_chord_is_told(results: Celery, jobs: Jobs) -> None:
    scan, publish = results.tasks["scan"], results.tasks["publish"]
    body = chord([scan.s(1), scan.s(2)])(publish.s())
    jobs.cancel_all(type="scan")
    assert body.state == states.FAILURE


def test_a_backend_that_is_away(
    app: Celery, jobs: Jobs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "results"
    directory.mkdir()
    app.conf.result_backend = f"file://{directory}"
    job = jobs.add("elsewhere.scan")
    assert app.backend.get_state(job.task_id) == states.PENDING
    directory.rmdir()

    assert jobs.cancel(job.id).status == "cancelled"

    assert f"Job {job.id} is cancelled, but who waits for task" in caplog.text


def test_what_a_claim_moves_aside_meanwhile_does_not_slip_by(
    jobs: Jobs, claimers: Claimers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "LARGEST", 1)
    monkeypatch.setattr(slices, "FIRST", 1)
    consumer = claimers()
    for number in range(4):
        jobs.add("scan", [number])
    jobs.pause(type="scan")
    told: list[tuple[int, int | None]] = []

    def tell(done: int, total: int | None) -> None:
        consumer.take(0.05)
        told.append((done, total))

    assert jobs.cancel_all(type="scan", progress=tell) == 4
    assert told[-1] == (4, 4)
    assert {job.status for job in jobs.history().items} == {"cancelled"}

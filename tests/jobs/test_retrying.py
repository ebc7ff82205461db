"""What has ended runs again: the same job, from its start, with its former end on record."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, states
from claimer import Claimer
from kombu import Queue

from sqlite_transport.jobs import JobError, Jobs, NoSuchJob, WrongState, open_jobs
from sqlite_transport.outbox import Outbox
from sqlite_transport.pruning import Pruning
from sqlite_transport.retention import OFF, Retention
from sqlite_transport.shipper import Shipper, shipper_of
from sqlite_transport.status import COMPLETED, FAILED

Claimers = Callable[..., Claimer]


def fail(consumer: Claimer, status: str = FAILED) -> None:
    consumer.take()
    consumer.finish(status=status)


@pytest.mark.parametrize("status", [FAILED, COMPLETED])
def test_it_is_as_new(jobs: Jobs, claimers: Claimers, status: str) -> None:
    consumer = claimers()
    job = jobs.add("scan", ["a"], expires=3600)
    fail(consumer, status)
    with jobs.broker.database.writing as connection:
        connection.execute(
            "UPDATE job SET traceback = 't', worker = 'w', retry_count = 2, max_retries = 2,"
            " headers = json_set(headers, '$.retries', 2), progress_done = 1, progress_total = 2,"
            " cancel_requested_at = 1, redelivered = 1"
        )
    before = jobs.get(job.id)

    again = jobs.retry(job.id)

    assert (again.id, again.task_id, again.created_at) == (job.id, job.task_id, job.created_at)
    assert (again.status, again.retry_count, again.deliveries) == ("pending", 0, 0)
    emptied = "error traceback worker started_at completed_at progress cancel_requested_at"
    assert {getattr(again, name) for name in [*emptied.split(), "max_retries", "expires_at"]} == {
        None
    }
    [attempt] = again.attempts
    names = "status error traceback worker retry_count started_at completed_at"
    for name in names.split():
        assert getattr(attempt, name) == getattr(before, name)
    row = jobs.broker.database.read("SELECT headers, properties FROM job WHERE id = 1")[0]
    headers, properties = map(json.loads, row)
    assert (headers["retries"], headers["eta"], headers["expires"]) == (0, None, None)
    assert "expiration" not in properties

    assert consumer.take() == ["a"]
    assert not consumer.messages["a"].delivery_info["redelivered"]
    consumer.finish()
    ended = jobs.get(job.id)
    assert (ended.status, ended.attempts) == ("completed", (attempt,))
    assert ended.wait_ms is not None
    assert ended.wait_ms >= 0


def test_what_has_not_ended(jobs: Jobs, claimers: Claimers) -> None:
    job = jobs.add("scan", ["a"])
    with pytest.raises(WrongState, match="cannot be retried, for it is pending"):
        jobs.retry(job.id)
    claimers().take()
    with pytest.raises(WrongState, match="cannot be retried, for it is processing"):
        jobs.retry(job.id)
    with pytest.raises(NoSuchJob):
        jobs.retry(99)


def test_a_cancelled_one_that_is_cancelled_again(jobs: Jobs) -> None:
    job = jobs.add("scan")
    for times in range(3):
        jobs.cancel(job.id)
        assert len(jobs.retry(job.id).attempts) == times + 1


def test_its_queue_has_gone(app: Celery, jobs: Jobs, claimers: Claimers) -> None:
    job = jobs.add("scan", ["a"], queue="films")
    jobs.cancel(job.id)
    with app.connection_for_write() as connection:
        connection.channel().queue_delete("films")
    app.amqp.queues.clear()
    jobs.broker.declarations.forget_queue("films")

    jobs.retry(job.id)

    assert jobs.broker.database.read("SELECT durable FROM queue WHERE name = 'films'") == [(1,)]
    assert claimers("films").take() == ["a"]


def test_its_queue_has_gone_that_this_process_declared(app: Celery, jobs: Jobs) -> None:
    app.conf.task_queues = [Queue("films", queue_arguments={"x-message-ttl": 60_000})]
    job = jobs.add("scan", ["a"], queue="films")
    jobs.cancel(job.id)
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM queue WHERE name = 'films'")
        connection.execute("UPDATE state SET revision = revision + 1")

    again = jobs.retry(job.id)

    assert again.due_at is not None
    assert again.expires_at == again.due_at + 60


def test_a_full_queue(app: Celery, jobs: Jobs) -> None:
    app.conf.task_queues = [Queue("short", queue_arguments={"x-max-length": 2})]
    ids = [jobs.add("scan", queue="short").id for _ in range(5)]
    assert [jobs.get(each).status for each in ids] == ["cancelled"] * 3 + ["pending"] * 2
    with pytest.raises(WrongState, match=r"the queue 'short' is full \(x-max-length\)"):
        jobs.retry(ids[0])
    assert jobs.get(ids[0]).status == "cancelled"
    jobs.cancel(ids[4])

    assert jobs.retry_all(status="cancelled") == 1
    assert jobs.get(ids[0]).status == "pending"


def test_a_unique_one(app: Celery, jobs: Jobs) -> None:
    """It has its key again, or does not run beside the one that has it."""
    header = {"unique": {"key": "scan Heat", "until": "done", "seconds": 0.0}}
    first = app.send_task("scan", headers=header).id
    jobs.cancel(first)
    jobs.retry(first)
    app.send_task("scan", headers=header)
    assert jobs.broker.database.read("SELECT count(*) FROM job") == [(1,)]
    jobs.cancel(first)
    second = app.send_task("scan", headers=header).id

    with pytest.raises(WrongState, match=f"the task {second} has its unique key"):
        jobs.retry(first)
    assert jobs.retry_all(status="cancelled") == 0
    jobs.cancel(second)
    jobs.retry(first)
    with pytest.raises(WrongState, match=f"the task {first} has its unique key"):
        jobs.retry(second)


def test_all(jobs: Jobs, claimers: Claimers) -> None:
    consumer = claimers("films", "series")
    for number in range(150):
        jobs.add(
            "scan" if number % 2 else "publish",
            [f"film-{number}"],
            queue="films" if number % 3 else "series",
        )
    fail(consumer)
    middle = time.time()
    jobs.cancel(jobs.add("scan", ["film-1000"], queue="films").id)
    told: list[tuple[int, Any]] = []

    assert jobs.retry_all(since=middle) == 0
    assert jobs.retry_all(status="cancelled", until=middle) == 0
    assert jobs.retry_all(status="cancelled", since=middle) == 1
    assert jobs.retry_all(type="scan", queue="films", text="FILM-14") == 3
    assert jobs.retry_all(type="scan", progress=lambda *at: told.append(at)) == 72
    assert told[-1] == (72, 72)
    assert jobs.retry_all() == 75
    assert jobs.retry_all() == 0

    assert len(consumer.take()) == 151
    for given in ({"status": "pending"}, {"since": "long ago"}, {"until": []}):
        with pytest.raises(JobError):
            jobs.retry_all(**given)


def test_the_old_result_is_forgotten(app: Celery, jobs: Jobs, tmp_path: Path) -> None:
    for url in (app.conf.broker_url, f"file://{tmp_path}", f"sqlite:///{tmp_path}/other.db"):
        app.conf.result_backend = url
        app._backend_cache = None
        app._local.__dict__.clear()
        for task in app.tasks.values():
            vars(task).pop("backend", None)
        result = app.send_task("elsewhere.scan")
        app.backend.mark_as_failure(result.id, ValueError("x"))
        job = jobs.cancel(result.id)
        assert app.backend.get_state(result.id) == states.FAILURE

        jobs.retry(job.id)

        app.backend._cache.clear()
        assert app.backend.get_state(result.id) == states.PENDING, url


# -- who deletes what has ended ---------------------------------------------


def test_a_pruning_that_found_it_before(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [jobs.cancel(jobs.add("scan").id).id for _ in range(3)]
    pruning = Pruning(jobs.broker.database)
    read = jobs.broker.database.read

    def reading(sql: str, parameters: Any = ()) -> Any:
        rows = read(sql, parameters)
        if rows and "ORDER BY completed_at, id LIMIT" in sql and jobs.get(ids[1]).completed_at:
            jobs.retry(ids[1])
        return rows

    monkeypatch.setattr(jobs.broker.database, "read", reading)
    while pruning.run({"cancelled": OFF}, time.time()):
        pass
    monkeypatch.undo()

    assert jobs.get(ids[1]).status == "pending"
    assert jobs.broker.database.read("SELECT count(*) FROM job") == [(1,)]


@pytest.fixture
def shipping(app: Celery, tmp_path: Path) -> Iterator[Jobs]:
    """An application whose history goes elsewhere, but only when it is told to."""
    app.conf.broker_transport_options = {"history_url": f"sqlite:///{tmp_path}/history.db"}
    jobs = open_jobs(app)
    everything = {status: Retention() for status in ("completed", "failed", "cancelled")}
    jobs.broker.retain(everything, jobs.options.history_url)
    yield jobs
    shipper_of(jobs.broker).finish()


def entries(jobs: Jobs) -> list[tuple[str, str]]:
    from sqlite_transport.library import sqlite3

    with sqlite3.connect(jobs.options.history_url.removeprefix("sqlite:///")) as connection:
        return list(connection.execute("SELECT job_id, status FROM job_history ORDER BY id"))


@pytest.mark.parametrize("ends_anew", [False, True])
def test_a_shipping_that_took_it_before(shipping: Jobs, ends_anew: bool) -> None:
    jobs = shipping
    job = jobs.cancel(jobs.add("scan").id)
    outbox = Outbox(jobs.broker.database)
    batch = outbox.take()
    assert batch is not None
    jobs.retry(job.id)
    if ends_anew:
        jobs.cancel(job.id)

    outbox.remove(batch)

    there = jobs.get(job.id)
    assert there.status == ("cancelled" if ends_anew else "pending")
    assert [each.status for each in there.attempts] == ["cancelled"]
    if not ends_anew:
        assert outbox.take() is None


def test_a_shipping_that_is_just_finding_it(
    shipping: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = shipping
    job = jobs.cancel(jobs.add("scan").id)
    outbox = Outbox(jobs.broker.database)
    find = outbox._find

    def finding() -> list[int]:
        found = find()
        if found:
            jobs.retry(job.id)
        return found

    monkeypatch.setattr(outbox, "_find", finding)
    batch = outbox.take()
    assert batch is None or batch.entries == []
    if batch is not None:
        outbox.remove(batch)
    assert jobs.get(job.id).status == "pending"


def test_what_was_shipped_and_ends_anew(shipping: Jobs) -> None:
    """It has one entry: its last end."""
    jobs = shipping
    job = jobs.cancel(jobs.add("scan").id)
    shipper = Shipper(jobs.broker)
    batch = shipper._outbox.take()
    assert batch is not None
    shipper._open().record(batch.entries, batch.attempts, jobs.broker.kept)
    jobs.retry(job.id)
    shipper._outbox.remove(batch)
    assert [status for _, status in entries(jobs)] == ["cancelled"]
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET status = 'completed', completed_at = 2e9")

    shipper.round()

    assert [status for _, status in entries(jobs)] == ["completed"]
    shipper.finish()


def test_what_only_the_history_knows(shipping: Jobs, claimers: Claimers) -> None:
    jobs = shipping
    job = jobs.cancel(jobs.add("scan", ["ü"], {"deep": True}, queue="films", priority=2).id)
    Shipper(jobs.broker).round()
    assert jobs.broker.database.read("SELECT count(*) FROM job WHERE transient = 0") == [(0,)]

    again = jobs.retry(job.id)

    assert again.id > job.id
    assert (again.task_id, again.type, again.queue) == (job.task_id, "scan", "films")
    assert (again.args, again.kwargs, again.priority) == (["ü"], {"deep": True}, 2)
    for ref in (job.id, str(job.id)):
        with pytest.raises(WrongState, match=f"in the file again already, as job {again.id}"):
            jobs.retry(ref)
    consumer = claimers("films")
    assert consumer.take() == ["ü"]
    consumer.finish()
    assert jobs.get(str(job.task_id)).status == "completed"


def test_a_unique_one_that_only_the_history_knows(shipping: Jobs) -> None:
    jobs = shipping
    header = {"unique": {"key": "scan Heat", "until": "done", "seconds": 0.0}, "limit_key": "Heat"}
    first = jobs.cancel(jobs.app.send_task("scan", headers=header).id)
    Shipper(jobs.broker).round()
    second = jobs.app.send_task("scan", headers=header).id
    with pytest.raises(WrongState, match=f"the task {second} has its key"):
        jobs.retry(first.id)
    jobs.cancel(second)

    assert jobs.retry(first.id).limit_key == "Heat"
    with pytest.raises(WrongState, match=f"the task {first.task_id} has its unique key"):
        jobs.retry(second)


def test_one_that_is_unique_for_a_time_only_the_history_knows(shipping: Jobs) -> None:
    """It has its key still, which keeps all others out, but not itself."""
    jobs = shipping
    header = {"unique": {"key": "scan Heat", "until": "time", "seconds": 3600}}
    first = jobs.cancel(jobs.app.send_task("scan", headers=header).id)
    Shipper(jobs.broker).round()
    jobs.add("publish")

    again = jobs.retry(first.id)

    assert (again.type, again.task_id, again.status) == ("scan", first.task_id, "pending")
    holders = jobs.broker.database.read("SELECT job_id, task_id FROM unique_job")
    assert holders == [(again.id, first.task_id)]


def test_a_queue_that_is_full_drops_nothing_for_what_only_the_history_knows(
    shipping: Jobs,
) -> None:
    jobs = shipping
    jobs.app.conf.task_queues = [Queue("short", queue_arguments={"x-max-length": 1})]
    job = jobs.cancel(jobs.add("scan", queue="short").id)
    Shipper(jobs.broker).round()
    waiting = jobs.add("scan", queue="short")

    with pytest.raises(WrongState, match=r"the queue 'short' is full \(x-max-length\)"):
        jobs.retry(job.id)
    assert jobs.get(waiting.id).status == "pending"
    jobs.cancel(waiting.id)
    assert jobs.retry(job.id).status == "pending"


def test_the_same_by_its_task(shipping: Jobs) -> None:
    jobs = shipping
    job = jobs.cancel(jobs.add("scan").id)
    Shipper(jobs.broker).round()

    assert jobs.retry(str(job.task_id)).task_id == job.task_id
    with pytest.raises(NoSuchJob, match="nor in its history"):
        jobs.retry("nobody")


def test_two_who_have_the_same_idea(shipping: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = shipping
    job = jobs.cancel(jobs.add("scan").id)
    Shipper(jobs.broker).round()
    other = open_jobs(jobs.app)
    check = jobs._check_absent

    def checking(task_id: str) -> None:
        check(task_id)
        other.retry(job.id)

    monkeypatch.setattr(jobs, "_check_absent", checking)
    with pytest.raises(WrongState, match="in the file again already"):
        jobs.retry(job.id)
    rows = "SELECT count(*) FROM job WHERE task_id = ?"
    assert jobs.broker.database.read(rows, (job.task_id,)) == [(1,)]

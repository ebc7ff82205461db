"""What is different for an operator where the broker is Redis."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from sqlite_transport.jobs import (
    AnyJobs,
    JobError,
    JobsElsewhere,
    NobodyAnswered,
    NoSuchJob,
    NotOnThisBroker,
    open_jobs,
)
from sqlite_transport.jobs.elsewhere import asking

from ..local.broker import closed_port
from ..local.deployment import Deployment
from ..local.journal import Journal
from ..local.waiting import eventually, never
from .conftest import PATIENCE, WORKER, be_patient, operated
from .known import known
from .pausing import pause_films

pytestmark = pytest.mark.parametrize("broker_kind", ["redis"], indirect=True, scope="session")

#: Of a worker that knows nothing of this package.
PLAIN = {"imports": ["app.jobs", "app.faults"]}


@pytest.fixture(autouse=True)
def ending(deployment: Deployment) -> Iterator[None]:
    """Let each test have workers of its own, and nothing that others have left."""
    yield
    for process in deployment.running:
        process.kill()
    deployment.running.clear()
    for queue in ("celery", "films"):
        with suppress(JobError):  # nobody knows it yet
            open_jobs(deployment.app).purge(queue)


def refused() -> dict[str, Callable[[AnyJobs], object]]:
    return {
        "update": lambda jobs: jobs.update("x", priority=1),
        "promote": lambda jobs: jobs.promote("x"),
        "promote_all": lambda jobs: jobs.promote_all(),
        "reset_stalled": lambda jobs: jobs.reset_stalled(),
        "limit": lambda jobs: jobs.limit(type="note", concurrency=1),
        "breaker": lambda jobs: jobs.breaker("note"),
        "close_breaker": lambda jobs: jobs.close_breaker("note"),
        "schedules": lambda jobs: jobs.schedules(),
        "vacuum": lambda jobs: jobs.vacuum(),
        "backup": lambda jobs: jobs.backup("/tmp/nowhere"),
        "restore": lambda jobs: jobs.restore("/tmp/nowhere"),
        "pause(type='note')": lambda jobs: jobs.pause(type="note"),
        "resume(type='note')": lambda jobs: jobs.resume(type="note"),
        "list(status='pending')": lambda jobs: jobs.list(status="pending"),
        "cancel_all(status='pending')": lambda jobs: jobs.cancel_all(status="pending"),
        "events(after=…)": lambda jobs: jobs.events(after=1),
    }


@pytest.mark.parametrize("verb", refused())
def test_what_cannot_be_done_says_what_can(jobs: AnyJobs, verb: str) -> None:
    assert isinstance(jobs, JobsElsewhere)
    with pytest.raises(NotOnThisBroker) as caught:
        refused()[verb](jobs)
    start, _, instead = str(caught.value).partition("redis://: ")
    assert start == f"{verb} cannot be done on "
    assert instead


WITHOUT_HISTORY: dict[str, Callable[[AnyJobs], object]] = {
    "history": lambda jobs: jobs.history(),
    "retry": lambda jobs: jobs.retry("x"),
    "retry_all": lambda jobs: jobs.retry_all(),
    "cleanup": lambda jobs: jobs.cleanup(),
}


@pytest.mark.parametrize("verb", WITHOUT_HISTORY)
def test_without_a_history(deployment: Deployment, verb: str) -> None:
    jobs = open_jobs(Celery("bare", broker=deployment.broker_url, set_as_current=False))
    with pytest.raises(NotOnThisBroker, match=f"{verb} cannot be done on redis://.*history_url"):
        WITHOUT_HISTORY[verb](jobs)


def test_silence_is_not_taken_for_nothing(jobs: AnyJobs, key: str) -> None:
    for ask in (
        jobs.list,
        jobs.workers,
        jobs.controls,
        lambda: jobs.cancel_all(type="note"),
        lambda: jobs.cancel(key),
        lambda: jobs.pause(queue="films"),
        lambda: jobs.resume(queue="films"),
    ):
        with pytest.raises(NobodyAnswered, match="no worker has answered within 1 s"):
            ask()
    with pytest.raises(NoSuchJob, match="no worker has answered within 1 s"):
        jobs.get(key)
    assert ("workers", "warning") in [(each.name, each.level) for each in jobs.doctor()]


def test_what_waits_is_counted_and_no_more(jobs: AnyJobs, key: str) -> None:
    sent = [jobs.add("note", (key,), queue=queue) for queue in ("films", "celery", "celery")]
    stats = jobs.stats()
    assert (stats.pending, stats.total_active, stats.oldest_pending_age) == (3, 3, None)
    assert stats.queues["celery"].pending == 2
    assert any("no worker has answered" in warning for warning in stats.warnings)
    with pytest.raises(NoSuchJob, match="a job that waits in the broker cannot be seen"):
        jobs.get(sent[0].id)
    assert jobs.count("pending", queue="celery") == 2
    assert jobs.count("pending") == 3


def test_what_waits_can_be_cancelled(
    deployment: Deployment, jobs: AnyJobs, journal: Journal, key: str
) -> None:
    """Its worker discards it when it comes."""
    deployment.start_worker(*WORKER)
    pause_films(jobs, journal, key)
    sent = [jobs.add("note", (f"{key}-{number}",), queue="films") for number in range(2)]
    job = jobs.cancel(sent[0].id)
    assert (job.id, job.status, job.type) == (sent[0].id, "pending", "")
    assert job.cancel_requested_at is not None
    jobs.resume(queue="films")
    journal.expect("done", f"{key}-1")
    ended = eventually(lambda: jobs.history(text=f"{key}-0").items)
    assert [(each.id, each.status, each.error) for each in ended] == [
        (sent[0].id, "cancelled", "revoked")
    ]
    assert journal.keys_of(prefix=f"{key}-0") == []


def test_only_who_had_paused_a_queue_resumes_it(
    deployment: Deployment, jobs: AnyJobs, journal: Journal, key: str
) -> None:
    films = deployment.start_worker("-c", "1", "-Q", "films")
    other = deployment.start_worker("-c", "1", "-Q", "celery")
    jobs.pause(queue="films")
    jobs.pause(queue="films")
    eventually(lambda: {worker.queues for worker in jobs.workers()} == {(), ("celery",)})
    # Another operator, who knows nothing of the first one.
    open_jobs(deployment.app).resume(queue="films")
    jobs.add("note", (key,), queue="films")
    journal.expect("done", key)
    queues = {worker.name: worker.queues for worker in jobs.workers()}
    assert queues == {films.hostname(): ("films",), other.hostname(): ("celery",)}


def test_a_pause_ends_with_its_worker(
    deployment: Deployment, jobs: AnyJobs, journal: Journal, key: str
) -> None:
    worker = deployment.start_worker(*WORKER)
    pause_films(jobs, journal, key)
    jobs.add("note", (key,), queue="films")
    never(lambda: journal.entries("done", key))
    worker.process.restart()
    journal.expect("done", key)


def test_a_worker_without_this_package(deployment: Deployment, jobs: AnyJobs, key: str) -> None:
    """It tells what Celery tells; what it cannot do is said."""
    worker = deployment.start_worker(*WORKER, settings=PLAIN)
    gate = deployment.gate(key)
    sent = jobs.add("hold", (key, str(gate)))
    found = eventually(lambda: jobs.list(status="processing").items)
    assert [(job.id, job.type, job.args) for job in found] == [(sent.id, "hold", [key, str(gate)])]
    with pytest.raises(JobError, match=f"{worker.hostname()}.*sqlite_transport.worker"):
        jobs.pause(queue="films")
    assert ("imports", "warning") in [(each.name, each.level) for each in jobs.doctor()]
    gate.touch()
    done = eventually(lambda: (job := known(jobs, sent.id)) and job.completed_at and job)
    # There is no history of it, but its result.
    assert (done.id, done.status) == (sent.id, "completed")
    with pytest.raises(NoSuchJob, match="history"):
        jobs.retry(sent.id)


def test_a_job_held_by_nobody_who_tells_how_it_ended(
    deployment: Deployment, jobs: AnyJobs, journal: Journal, key: str
) -> None:
    """Cancelled with a wait, it is returned as it was, soon after it has gone."""
    deployment.start_worker(*WORKER, settings={**PLAIN, "task_ignore_result": True})
    sent = jobs.add("hold", (key, str(deployment.gate(key))))
    journal.expect("started", key)
    job = jobs.cancel(sent.id, wait=60)
    assert job.cancel_requested_at is not None
    assert job.status in ("processing", "cancelled")
    eventually(lambda: jobs.list().items == ())


def test_a_retry_that_cannot_be_sent_leaves_the_history(
    deployment: Deployment, jobs: AnyJobs, tmp_path: Path, key: str
) -> None:
    deployment.start_worker(*WORKER)
    sent = jobs.add("broken", (key,))
    eventually(lambda: jobs.history(text=key).items)
    settings: dict[str, Any] = dict(operated("redis", deployment.directory))
    app = Celery("away", set_as_current=False)
    app.config_from_object({**settings, "imports": []})
    away = open_jobs(app)
    with closed_port() as port:
        app.conf.broker_url = f"redis://127.0.0.1:{port}/0"
        with pytest.raises(OperationalError):
            away.retry(sent.id)
    assert [job.id for job in jobs.history(text=key).items] == [sent.id]


def test_a_pool_of_one_connection(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """All questions go out at once, and yet each gets its turn with it."""
    monkeypatch.setattr(asking, "PATIENCE", PATIENCE)
    deployment.start_worker(*WORKER)
    settings = operated("redis", deployment.directory)
    app = Celery("small", set_as_current=False)
    app.config_from_object({**settings, "imports": []})
    app.conf.update(broker_url=deployment.broker_url, broker_pool_limit=1)
    be_patient(app, deployment)
    jobs = open_jobs(app)
    assert len(jobs.workers()) == 1
    assert not [each for each in jobs.stats().warnings if "no worker" in each]
    app.close()


def test_a_broker_that_is_away() -> None:
    with closed_port() as port:
        app = Celery("away", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
        jobs = open_jobs(app)
        for ask in (jobs.list, jobs.stats, jobs.workers, lambda: jobs.get("x"), jobs.events):
            with pytest.raises(OperationalError, match=f"127.0.0.1:{port}.*cannot be reached"):
                ask()
        assert [(each.name, each.level) for each in jobs.doctor()] == [("broker", "error")]

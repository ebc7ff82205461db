"""The verbs of an operator that do the same on a file and on Redis."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sqlite_transport.jobs import AnyJobs, Job, JobError, NoSuchJob, WrongState

from ..local.deployment import Deployment
from ..local.journal import Journal
from ..local.waiting import PATIENCE, eventually, never
from ..local.worker import LocalWorker
from .conftest import WORKER
from .known import known
from .pausing import pause_films


@pytest.fixture(scope="module", autouse=True)
def worker(deployment: Deployment) -> LocalWorker:
    return deployment.start_worker(*WORKER)


@pytest.fixture
def gate(deployment: Deployment, key: str) -> Iterator[str]:
    """Name a file that `hold` waits for; it is there in the end."""
    path = deployment.gate(key)
    yield str(path)
    path.touch()


def ended(jobs: AnyJobs, ref: int | str) -> Job:
    """Wait until the history has it: a result may be there before, which tells less."""

    def look() -> Job | None:
        job = known(jobs, ref)
        return job if job and job.completed_at is not None and job.type else None

    found = eventually(look)
    assert found is not None
    return found


def keys(found: Any) -> set[str]:
    return {job.args[0] for job in found.items}


def test_a_job_is_added_and_runs(jobs: AnyJobs, worker: LocalWorker, key: str) -> None:
    before = time.time()
    sent = jobs.add("work", (key,), {"seconds": 0.1}, queue="films", priority=3)
    assert (sent.type, sent.args, sent.kwargs) == ("work", [key], {"seconds": 0.1})
    assert (sent.queue, sent.priority) == ("films", 3)
    job = ended(jobs, sent.id)
    assert (job.id, job.task_id, job.status) == (sent.id, sent.task_id, "completed")
    assert (job.type, job.args, job.kwargs) == ("work", [key], {"seconds": 0.1})
    assert (job.queue, job.priority, job.worker) == ("films", 3, worker.hostname())
    assert (job.error, job.retry_count, job.attempts) == (None, 0, ())
    assert job.started_at
    assert job.completed_at
    assert before <= job.created_at <= job.started_at <= job.completed_at <= time.time()
    assert jobs.find(str(sent.task_id)) == job.id == jobs.find(job.id)


def test_how_it_failed(jobs: AnyJobs, key: str) -> None:
    job = ended(jobs, jobs.add("broken", (key,)).id)
    assert (job.status, job.error) == ("failed", f"ValueError: {key}")
    assert job.traceback
    assert "raise ValueError" in job.traceback


def test_the_attempts_before(jobs: AnyJobs, key: str) -> None:
    job = ended(jobs, jobs.add("flaky", (key, 2)).id)
    assert (job.status, job.retry_count) == ("completed", 2)
    # The process of an attempt may tell of its end after that of the next one.
    eventually(lambda: len(jobs.get(job.id).attempts) == 2)
    job = jobs.get(job.id)
    assert [each.retry_count for each in job.attempts] == [0, 1]
    assert {each.status for each in job.attempts} == {"retried"}


def test_the_history(jobs: AnyJobs, key: str) -> None:
    since = time.time()
    sent = [jobs.add("note", (f"{key}-{number}",)) for number in range(5)]
    failed = jobs.add("broken", (f"{key}-5",))
    for each in [*sent, failed]:
        ended(jobs, each.id)
    page = jobs.history(text=key, since=since)
    assert page.next is None
    assert keys(page) == {f"{key}-{number}" for number in range(6)}
    moments = [job.completed_at for job in page.items]
    assert moments == sorted(moments, reverse=True)
    assert keys(jobs.history(text=key, status="failed")) == {f"{key}-5"}
    assert keys(jobs.history(text=key, type="broken")) == {f"{key}-5"}
    assert keys(jobs.history(text=key, queue="films")) == set()
    assert keys(jobs.history(text=key, until=since)) == set()

    seen: list[Job] = []
    after = None
    while True:
        page = jobs.history(type="note", since=since, limit=2, after=after)
        assert len(page.items) <= 2
        seen += page.items
        after = page.next
        if after is None:
            break
    assert [job.id for job in seen] == [
        job.id for job in jobs.history(type="note", since=since).items
    ]
    assert len({job.id for job in seen}) == 5


def test_what_runs(
    jobs: AnyJobs, worker: LocalWorker, journal: Journal, gate: str, key: str
) -> None:
    sent = [jobs.add("hold", (f"{key}-{number}", gate)) for number in range(2)]
    for number in range(2):
        journal.expect("started", f"{key}-{number}")

    def both_have_begun() -> bool:
        found = jobs.list(type="hold", text=key, status="processing")
        return [job.worker for job in found.items] == [worker.hostname()] * 2

    eventually(both_have_begun)
    page = jobs.list(type="hold", text=key)
    assert {job.id for job in page.items} == {job.id for job in sent}
    for job in page.items:
        assert (job.status, job.type, job.queue) == ("processing", "hold", "celery")
        assert job.started_at is not None
        assert job.completed_at is None
    assert keys(jobs.list(queue="films", text=key)) == set()
    assert keys(jobs.list(status="scheduled", text=key)) == set()
    assert keys(jobs.list(status="blocked", text=key)) == set()
    first = jobs.list(type="hold", limit=1)
    assert (len(first.items), first.next is None) == (1, False)
    second = jobs.list(type="hold", limit=1, after=first.next)
    assert keys(first) | keys(second) == keys(page)

    (found,) = jobs.workers()
    assert (found.name, found.pid, found.alive) == (worker.hostname(), worker.process.pid, True)
    assert set(found.queues) == {"celery", "films"}
    assert {job.id for job in sent} <= {held.id for held in found.jobs if held.started}

    job = jobs.get(sent[0].id)
    assert (job.status, job.worker) == ("processing", worker.hostname())
    with pytest.raises(WrongState, match="processing"):
        jobs.retry(sent[0].id)


def test_what_waits_for_its_time(jobs: AnyJobs, key: str) -> None:
    sent = jobs.add("note", (key,), countdown=3600)
    assert sent.status == "scheduled"
    eventually(lambda: keys(jobs.list(status="scheduled", type="note", text=key)))
    (job,) = jobs.list(text=key).items
    assert (job.id, job.status, job.started_at) == (sent.id, "scheduled", None)
    assert job.due_at == pytest.approx(sent.due_at, abs=0.001)
    assert jobs.get(job.id).due_at == pytest.approx(sent.due_at, abs=0.001)


def test_cancelling_what_runs(jobs: AnyJobs, journal: Journal, gate: str, key: str) -> None:
    sent = jobs.add("hold", (key, gate))
    journal.expect("started", key)
    job = jobs.cancel(sent.id, wait=60)
    assert (job.id, job.status) == (sent.id, "cancelled")
    assert str(ended(jobs, sent.id).error).startswith("terminated by")
    with pytest.raises(WrongState, match="cancelled"):
        jobs.cancel(sent.id)
    assert journal.entries("done", key) == []


def test_cancelling_many(jobs: AnyJobs, journal: Journal, gate: str, key: str) -> None:
    sent = [jobs.add("hold", (f"{key}-{number}", gate)) for number in range(2)]
    for number in range(2):
        journal.expect("started", f"{key}-{number}")
    said: list[tuple[int, int | None]] = []
    told = lambda done, total: said.append((done, total))  # noqa: E731
    assert jobs.cancel_all(type="nothing", text=key) == 0
    assert jobs.cancel_all(type="hold", text=key, progress=told) == 2
    assert said[-1][0] == 2
    assert {ended(jobs, each.id).status for each in sent} == {"cancelled"}


def test_cancelled_and_retried(jobs: AnyJobs, journal: Journal, gate: str, key: str) -> None:
    """The workers remember that it was revoked, and must not any more."""
    sent = jobs.add("hold", (key, gate))
    journal.expect("started", key)
    assert jobs.cancel(sent.id, wait=60).status == "cancelled"
    ended(jobs, sent.id)
    again = jobs.retry(sent.id)
    assert (again.id, again.status, again.task_id) == (sent.id, "pending", sent.task_id)
    journal.expect("started", key, count=2)


def test_retrying(jobs: AnyJobs, key: str) -> None:
    sent = jobs.add("broken", (key,), queue="films", priority=2)
    first = ended(jobs, sent.id)
    again = jobs.retry(sent.id)
    assert (again.id, again.status, again.args) == (sent.id, "pending", [key])
    assert (again.queue, again.priority, again.retry_count) == ("films", 2, 0)

    def is_done() -> bool:
        job = ended(jobs, sent.id)
        return job.completed_at != first.completed_at

    eventually(is_done)
    job = jobs.get(sent.id)
    assert (job.status, job.queue, job.priority) == ("failed", "films", 2)
    assert [(each.status, each.error) for each in job.attempts] == [("failed", first.error)]


@pytest.mark.parametrize("sent_as", [{"compression": "zlib"}, {"headers": {"stamp": "x"}}])
def test_retrying_what_was_sent_in_another_way(
    deployment: Deployment, jobs: AnyJobs, journal: Journal, key: str, sent_as: dict[str, Any]
) -> None:
    task_id = deployment.send("broken", key, **sent_as)
    jobs.retry(ended(jobs, task_id).id)
    journal.expect("started", key, count=2)


def test_retrying_many(jobs: AnyJobs, key: str) -> None:
    since = time.time()
    sent = [jobs.add("broken", (f"{key}-{number}",)) for number in range(3)]
    firsts = {job.id: ended(jobs, job.id).completed_at for job in sent}
    assert jobs.retry_all(type="note", text=key) == 0
    assert jobs.retry_all(type="broken", text=key, until=since) == 0
    said: list[int] = []
    again = jobs.retry_all(type="broken", text=key, progress=lambda done, _: said.append(done))
    assert (again, said[-1]) == (3, 3)
    for job in sent:
        eventually(lambda: ended(jobs, job.id).completed_at != firsts[job.id])  # noqa: B023


def test_pausing_a_queue(jobs: AnyJobs, journal: Journal, key: str) -> None:
    control = pause_films(jobs, journal, key)
    assert (control.kind, control.name) == ("queue", "films")
    assert control.paused_at is not None
    jobs.add("note", (f"{key}-paused",), queue="films")
    jobs.add("note", (f"{key}-other",))
    journal.expect("done", f"{key}-other")
    never(lambda: journal.entries("done", f"{key}-paused"))
    assert jobs.stats().queues["films"].pending == 1
    (control,) = jobs.controls()
    assert (control.name, control.blocked, control.paused_at is None) == ("films", 1, False)
    assert jobs.resume(queue="films").paused_at is None
    journal.expect("done", f"{key}-paused")
    assert jobs.controls() == []


def test_purging_a_queue(jobs: AnyJobs, journal: Journal, key: str) -> None:
    pause_films(jobs, journal, key)
    for number in range(3):
        jobs.add("note", (f"{key}-{number}",), queue="films")
    assert jobs.purge("films") == 3
    assert jobs.purge("films") == 0
    jobs.resume(queue="films")
    jobs.add("note", (f"{key}-last",), queue="films")
    journal.expect("done", f"{key}-last")
    assert journal.keys_of(prefix=key) == [f"{key}-last"]


def test_the_numbers(jobs: AnyJobs, gate: str, key: str) -> None:
    eventually(lambda: jobs.stats().processing == 0)  # what others have begun
    ended(jobs, jobs.add("note", (f"{key}-first",)).id)  # and theirs are in the history before it
    before = jobs.stats(window=36_000)
    ended(jobs, jobs.add("note", (key,)).id)
    ended(jobs, jobs.add("broken", (key,)).id)
    jobs.add("hold", (key, gate), queue="films")
    eventually(lambda: jobs.stats().processing == 1)
    stats = jobs.stats(window=36_000)
    assert stats.completed == before.completed + 1
    assert stats.failed == before.failed + 1
    assert stats.processing == 1
    assert stats.queues["films"].processing == 1
    assert stats.types["hold"].processing == 1
    assert stats.queues["celery"].pending == 0
    assert stats.completed_per_minute == pytest.approx(stats.completed / 600, rel=0.01)
    assert stats.as_json()["queues"]["films"]["processing"] == 1


def test_the_progress(jobs: AnyJobs, key: str) -> None:
    sent = jobs.add("tell", (key, 1000), {"pause": 0.3})  # until it is cancelled
    job = eventually(lambda: (found := known(jobs, sent.id)) and found.progress and found)
    # A file of Celery's backend is empty for a moment whenever it is written anew.
    listed = eventually(
        lambda: [each.progress for each in jobs.list(text=key).items if each.progress]
    )
    jobs.cancel(sent.id, wait=60)
    assert job.status == "processing"
    assert job.progress.total == 1001
    assert job.progress.message == f"step {job.progress.done:g}"
    assert [each.total for each in listed] == [1001]


def test_the_events(jobs: AnyJobs, key: str) -> None:
    wanted = ["job:started", "job:completed", "job:failed"]
    with jobs.events(names=wanted, timeout=PATIENCE) as events:
        good, bad = jobs.add("note", (key,)), jobs.add("broken", (key,))
        found: dict[Any, list[str]] = {good.task_id: [], bad.task_id: []}
        for event in events:
            if event.task_id not in found:
                continue
            found[event.task_id].append(event.name)
            assert event.type == {good.task_id: "note", bad.task_id: "broken"}[event.task_id]
            assert event.data["worker"]
            if sum(map(len, found.values())) == 4:
                break
    assert found == {
        good.task_id: ["job:started", "job:completed"],
        bad.task_id: ["job:started", "job:failed"],
    }


def test_what_happens_before_the_first_look_is_heard(jobs: AnyJobs, key: str) -> None:
    with jobs.events(names=["job:started", "job:completed"], timeout=PATIENCE) as events:
        sent = jobs.add("note", (key,))
        ended(jobs, sent.id)
        found = []
        for event in events:
            if event.task_id == sent.task_id:
                found.append((event.name, event.type))
            if len(found) == 2:
                break
    assert found == [("job:started", "note"), ("job:completed", "note")]


def test_the_end_of_listening(jobs: AnyJobs) -> None:
    assert list(jobs.events(names="job:lost", timeout=0)) == []
    for pause in (0.0, 0.001, 0.1):
        events = jobs.events(names="job:lost")
        heard: list[Any] = []
        thread = threading.Thread(target=heard.extend, args=(events,))
        thread.start()
        time.sleep(pause)
        events.close()
        thread.join(60)
        assert (thread.is_alive(), heard) == (False, [])


def test_cleaning_up(jobs: AnyJobs, key: str) -> None:
    eventually(lambda: jobs.stats().processing == 0)  # what others have begun
    sent = [jobs.add("note", (f"{key}-{number}",)) for number in range(2)]
    failed = jobs.add("broken", (key,))
    for each in [*sent, failed]:
        ended(jobs, each.id)
    gone = jobs.cleanup(completed=0)
    assert gone["completed"] >= 2
    assert gone["failed"] == 0
    assert jobs.history(status="completed").items == ()
    assert jobs.history(status="failed", text=key).items[0].id == failed.id


def test_the_doctor_is_content(jobs: AnyJobs) -> None:
    findings = jobs.doctor()
    assert findings
    assert [found for found in findings if found.level == "error"] == []


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda jobs: jobs.get("nobody-knows"), NoSuchJob, "nobody-knows"),
        (lambda jobs: jobs.get(999_999), NoSuchJob, "999999"),
        (lambda jobs: jobs.retry("nobody-knows"), NoSuchJob, "nobody-knows"),
        (lambda jobs: jobs.list(limit=0), JobError, "limit"),
        (lambda jobs: jobs.list(status="failed"), JobError, "history"),
        (lambda jobs: jobs.list(after="nonsense"), JobError, "nonsense"),
        (lambda jobs: jobs.history(status="pending"), JobError, "list"),
        (lambda jobs: jobs.history(since="today"), JobError, "since"),
        (lambda jobs: jobs.stats(window=0), JobError, "window"),
        (lambda jobs: jobs.add("note", ("x",), countdown=1, eta=5), JobError, "not both"),
        (lambda jobs: jobs.add("note", "x"), JobError, "args"),
        (lambda jobs: jobs.add("note", ("x",), priority=10), JobError, "priority"),
        (lambda jobs: jobs.add("nobody.knows", strict=True), JobError, "no task"),
        (lambda jobs: jobs.cancel("some", signal="SIGNONE"), JobError, "SIGNONE"),
        (lambda jobs: jobs.cancel("some", wait=-1), JobError, "wait"),
        (lambda jobs: jobs.cancel_all(status="failed"), JobError, "failed"),
        (lambda jobs: jobs.retry_all(status="pending"), JobError, "pending"),
        (lambda jobs: jobs.retry_all(since="some day"), JobError, "since"),
        (lambda jobs: jobs.purge("no-such-queue"), JobError, "no-such-queue"),
        (lambda jobs: jobs.pause(queue="no-such-queue"), JobError, "no-such-queue"),
        (lambda jobs: jobs.pause(), JobError, "either"),
        (lambda jobs: jobs.pause(queue="films", type="note"), JobError, "either"),
        (lambda jobs: jobs.events(names="job:nothing"), JobError, "job:nothing"),
        (lambda jobs: jobs.cleanup(failed="off"), JobError, "off"),
    ],
)
def test_what_makes_no_sense(
    jobs: AnyJobs, ask: Callable[[AnyJobs], object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        ask(jobs)

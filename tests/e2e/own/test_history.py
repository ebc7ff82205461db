"""What became of each task is in the history, whatever that was."""

import time
from itertools import pairwise
from typing import Any

import pytest

from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import open_jobs

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.tables import Row, Tables
from ..local.waiting import eventually

pytestmark = on_sqlite_only

LATE, EARLY = {"task_acks_late": True}, {"task_acks_late": False}
ACKS = pytest.mark.parametrize("settings", [LATE, EARLY], ids=["late", "early"])
POOLS = pytest.mark.parametrize("pool", ["prefork", "solo", "threads", "gevent"])


@pytest.fixture
def history(tables: Tables) -> Any:
    """Return the one entry of a task, when it is there."""

    def entry(task_id: str) -> Row:
        [row] = eventually(
            lambda: tables.rows("job_history", "task_id = ?", task_id),
            explain=lambda: tables.rows("job_queue"),
        )
        assert tables.rows("job_queue", "task_id = ?", task_id) == []
        return row

    return entry


def attempts(tables: Tables, entry: Row) -> list[Row]:
    return tables.rows("job_attempt", "job_id = ? ORDER BY retry_count, id", entry["job_id"])


@ACKS
@POOLS
def test_success_and_failure(deployment: Deployment, history: Any, pool: str) -> None:
    worker = deployment.start_worker("-P", pool, "-c", "2")
    good, bad = deployment.send("work", "good", 0.2), deployment.send("broken", "bad")

    entry = history(good)
    assert (entry["status"], entry["error"], entry["traceback"]) == ("completed", None, None)
    assert (entry["type"], entry["worker"]) == ("work", worker.hostname())
    assert (entry["root_id"], entry["parent_id"]) == (good, None)
    assert 200 <= entry["duration_ms"] < 60_000
    assert 0 <= entry["wait_ms"] < 60_000
    assert entry["created_at"] <= entry["started_at"] <= entry["completed_at"]

    entry = history(bad)
    assert (entry["status"], entry["error"]) == ("failed", "ValueError: bad")
    assert "raise ValueError(key)" in entry["traceback"]


@ACKS
@pytest.mark.parametrize("pool", ["prefork", "solo", "threads"])
def test_errors_that_cannot_be_told_stop_nothing(
    deployment: Deployment, history: Any, pool: str
) -> None:
    deployment.start_worker("-P", pool, "-c", "1")
    jobs = {name: deployment.send(name, name) for name in ("unspeakable", "no_utf8", "too_slow")}
    after = deployment.send("note", "after")

    assert history(after)["status"] == "completed"
    errors = {name: history(task)["error"] for name, task in jobs.items()}
    assert errors["unspeakable"].startswith("UnspeakableError")
    assert errors["no_utf8"] == r"OSError: /movies/\udcff.mkv"
    assert errors["too_slow"] == "SoftTimeLimitExceeded: too slow"
    assert {history(task)["status"] for task in jobs.values()} == {"failed"}


@ACKS
def test_retries_are_attempts_at_one_job(
    deployment: Deployment, tables: Tables, history: Any
) -> None:
    deployment.start_worker("-c", "2")
    flaky, hopeless = deployment.send("flaky", "f", 2), deployment.send("hopeless", "h")

    entry = history(flaky)
    assert (entry["status"], entry["retry_count"], entry["max_retries"]) == ("completed", 2, 5)
    # The process of an attempt may tell of its end after that of the next one.
    eventually(lambda: len(attempts(tables, entry)) == 2)
    tries = attempts(tables, entry)
    assert [(each["status"], each["retry_count"]) for each in tries] == [
        ("retried", 0),
        ("retried", 1),
    ]
    assert {each["error"] for each in tries} == {"HiccupError"}
    assert all(each["worker"] and each["started_at"] <= each["completed_at"] for each in tries)

    entry = history(hopeless)
    assert (entry["status"], entry["retry_count"], entry["max_retries"]) == ("failed", 2, 2)
    assert entry["error"] == "ValueError: h at attempt 2"
    eventually(lambda: len(attempts(tables, entry)) == 2)
    errors = [each["error"] for each in attempts(tables, entry)]
    assert errors == [f"ValueError: h at attempt {number}" for number in (0, 1)]


def test_retries_wait_longer_each_time(
    deployment: Deployment, tables: Tables, history: Any
) -> None:
    """`retry_backoff`: one second, two, four, from the end of the attempt before."""
    deployment.start_worker("-c", "1")
    entry = history(deployment.send("backing_off", "b"))
    assert (entry["status"], entry["error"]) == ("failed", "HiccupError: b")
    assert (entry["retry_count"], entry["max_retries"]) == (3, 3)
    tries = [*attempts(tables, entry), entry]
    waits = [later["started_at"] - earlier["started_at"] for earlier, later in pairwise(tries)]
    # A machine that is busy elsewhere adds to each; the least is certain.
    assert [least <= wait < least + 30 for least, wait in zip((1, 2, 4), waits, strict=True)] == [
        True
    ] * 3, waits


def test_retries_are_spread(deployment: Deployment, tables: Tables) -> None:
    """`retry_jitter`: tasks that failed together do not come back together."""
    deployment.start_worker("-c", "2")
    for number in range(12):
        deployment.send("backing_off_apart", f"b{number}")
    eventually(lambda: tables.count("job", "retry_count = 1") == 12)
    # With full jitter a wait is anything from none to thirty seconds.
    due = {round(row["due_at"] or 0) for row in tables.rows("job")}
    assert len(due) > 3
    assert max(due) <= time.time() + 31


@ACKS
@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_retry_at_once_does_not_mix_its_attempts_up(
    deployment: Deployment, tables: Tables, history: Any, pool: str
) -> None:
    """The same worker may have the next attempt before it has settled the last one."""
    deployment.start_worker("-P", pool, "-c", "3")
    tasks = [deployment.send("retry_at_once", f"job-{n}", 8) for n in range(6)]

    for number, task in enumerate(tasks):
        entry = history(task)
        assert (entry["status"], entry["retry_count"]) == ("completed", 8)
        eventually(
            lambda entry=entry: (
                [each["retry_count"] for each in attempts(tables, entry)] == list(range(8))
            )
        )
        assert len(deployment.journal.entries("started", f"job-{number}")) == 9
    assert tables.count("job_history") == len(tasks)


def test_a_retry_is_one_job_when_its_worker_dies_before_it_settles(
    deployment: Deployment, tables: Tables, history: Any
) -> None:
    victim = deployment.start_worker("-c", "1")
    task = deployment.send("die_after_retry", "once")
    victim.process.wait()
    [job] = tables.rows("job_queue")
    assert (job["status"], job["retry_count"], job["session"]) == ("scheduled", 1, None)

    open_jobs(deployment.app).promote(task)
    close_sessions()
    close_databases()
    deployment.start_worker("-c", "1")
    entry = history(task)
    assert (entry["status"], entry["retry_count"]) == ("completed", 1)
    assert len(deployment.journal.entries("started", "once")) == 2


@ACKS
def test_reject_and_ignore(deployment: Deployment, history: Any) -> None:
    deployment.start_worker("-c", "1")
    rejected, ignored = deployment.send("reject", "this"), deployment.send("ignore", "that")

    entry = history(rejected)
    assert (entry["status"], entry["error"]) == ("failed", "Reject: 'this is not wanted'")
    entry = history(ignored)
    assert (entry["status"], entry["error"]) == ("completed", "Ignore: not today")


@ACKS
def test_time_limits(deployment: Deployment, history: Any) -> None:
    deployment.start_worker("-c", "2")
    hard = deployment.send("work", "hard", 30, time_limit=1)
    soft = deployment.send("work", "soft", 30, soft_time_limit=1)

    entry = history(hard)
    assert (entry["status"], entry["error"]) == ("failed", "TimeLimitExceeded: 1 s")
    entry = history(soft)
    assert (entry["status"], entry["error"]) == ("failed", "SoftTimeLimitExceeded")
    assert "SoftTimeLimitExceeded" in entry["traceback"]


@ACKS
def test_revoked_and_terminated(deployment: Deployment, history: Any) -> None:
    deployment.start_worker("-c", "1")
    gate = deployment.gate()
    running, waiting = deployment.send("hold", "x", str(gate)), deployment.send("note", "y")
    deployment.journal.expect("started", "x")
    control = deployment.app.control
    control.revoke(waiting, reply=True, timeout=60, limit=1)
    control.revoke(running, terminate=True, signal="SIGKILL", reply=True, timeout=60, limit=1)

    entry = history(running)
    assert (entry["status"], entry["error"]) == ("cancelled", "terminated by SIGKILL")
    entry = history(waiting)
    assert (entry["status"], entry["error"]) == ("cancelled", "revoked")
    assert not deployment.journal.entries("done")


def test_expired(deployment: Deployment, history: Any) -> None:
    gone = deployment.send("note", "late", expires=0.1)
    deployment.start_worker("-c", "1")
    assert (history(gone)["status"], history(gone)["error"]) == ("cancelled", "expired")


def test_what_cannot_be_run(deployment: Deployment, tables: Tables, history: Any) -> None:
    deployment.start_worker("-c", "1")
    unknown = deployment.send("no.such.task")
    with deployment.app.producer_pool.acquire() as producer:
        to = {"exchange": "", "routing_key": "celery"}
        headers = {"task": "note", "id": "cut-off", "lang": "py"}
        producer.publish(
            '[["x"]',
            **to,
            headers=headers,
            content_type="application/json",
            content_encoding="utf-8",
        )
        producer.publish({"not": "a task"}, **to)
        producer.publish({"no": "triple"}, **to, headers={**headers, "id": "no-triple"})

    entry = history(unknown)
    assert entry["status"] == "failed"
    assert entry["error"] == "NotRegistered: no task 'no.such.task' in this worker"
    entry = history("cut-off")
    assert entry["status"] == "failed"
    assert entry["error"].startswith("the message cannot be decoded: ")
    entry = history("no-triple")
    assert entry["status"] == "failed"
    assert "InvalidTaskError: its body is not that of a task" in entry["error"]
    [entry] = eventually(lambda: tables.rows("job_history", "task_id IS NULL"))
    assert (entry["status"], entry["error"]) == (
        "failed",
        "the worker cannot run it: not a task message",
    )


def test_a_lost_pool_process_is_an_attempt(
    deployment: Deployment, tables: Tables, history: Any
) -> None:
    deployment.start_worker("-c", "1")
    entry = history(deployment.send("deadly", "victim", 1))
    assert (entry["status"], entry["deliveries"]) == ("completed", 2)
    [lost] = attempts(tables, entry)
    assert lost["status"] == "requeued"
    assert "WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL)" in lost["error"]


@pytest.mark.parametrize("settings", [EARLY], ids=["early"])
def test_a_lost_pool_process_of_an_early_acknowledged_task(
    deployment: Deployment, history: Any
) -> None:
    deployment.start_worker("-c", "1")
    entry = history(deployment.send("deadly", "victim", 1))
    assert entry["status"] == "failed"
    assert "WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL)" in entry["error"]


@ACKS
def test_a_killed_worker(
    deployment: Deployment, tables: Tables, history: Any, settings: dict[str, object]
) -> None:
    victim = deployment.start_worker("-c", "1")
    gate = deployment.gate()
    task = deployment.send("hold", "x", str(gate))
    deployment.journal.expect("started", "x")
    eventually(lambda: tables.rows("job_queue", "worker IS NOT NULL"))
    victim.kill("SIGKILL")
    gate.touch()
    deployment.start_worker("-c", "1")

    entry = history(task)
    if settings is LATE:
        assert entry["status"] == "completed"
        [lost] = attempts(tables, entry)
        assert (lost["status"], lost["worker"]) == ("lost", victim.hostname())
        assert lost["error"] == "the process that had it died"
    else:
        assert entry["status"] == "failed"
        assert "acknowledged when it began" in entry["error"]
        assert attempts(tables, entry) == []
        assert not deployment.journal.entries("done")


@ACKS
def test_a_running_task_is_seen(deployment: Deployment, tables: Tables) -> None:
    worker = deployment.start_worker("-c", "1")
    gate = deployment.gate()
    deployment.send("hold", "x", str(gate))
    deployment.journal.expect("started", "x")
    [row] = eventually(lambda: tables.rows("job_queue", "worker IS NOT NULL"))
    assert (row["status"], row["worker"]) == ("processing", worker.hostname())
    gate.touch()


@ACKS
def test_a_warm_shutdown_keeps_the_outcome_of_what_it_waited_for(
    deployment: Deployment, history: Any
) -> None:
    leaver = deployment.start_worker("-c", "1")
    gate = deployment.gate()
    task = deployment.send("hold", "x", str(gate))
    deployment.journal.expect("started", "x")
    leaver.kill("SIGTERM")
    leaver.wait_for_log("Warm shutdown")
    gate.touch()
    assert leaver.process.wait() == 0
    assert history(task)["status"] == "completed"


def test_a_chain_knows_its_root_and_parents(deployment: Deployment, history: Any) -> None:
    deployment.start_worker("-c", "1")
    signature = deployment.app.signature
    last = (
        signature("add", (1, 2)) | signature("add", (3,)) | signature("add", (4,))
    ).apply_async()
    third, second, first = last.id, last.parent.id, last.parent.parent.id
    assert (history(first)["root_id"], history(first)["parent_id"]) == (first, None)
    assert (history(second)["root_id"], history(second)["parent_id"]) == (first, first)
    assert (history(third)["root_id"], history(third)["parent_id"]) == (first, second)


@pytest.mark.parametrize(
    "settings",
    [
        {
            "broker_transport_options": {
                "history_completed": "off",
                "history_failed": "forever",
                "history_cancelled": "off",
            }
        }
    ],
    ids=["only failures"],
)
def test_a_status_that_is_off_leaves_no_trace(
    deployment: Deployment, tables: Tables, history: Any
) -> None:
    deployment.start_worker("-c", "1")
    for number in range(3):
        deployment.send("flaky", f"f{number}", 1)
    history(deployment.send("broken", "b"))
    deployment.send("note", "n", expires=-1)
    eventually(lambda: not tables.rows("job_queue"))
    eventually(lambda: tables.count("job") == 1)
    assert tables.count("job_attempt") == 0

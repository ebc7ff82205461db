"""With `history_url` the history is in a database of its own, and the same on every broker."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from history_store.databases import database
from history_store.look import rows as look

from ..app.settings import SETTINGS
from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.knowing import wait_until_begun
from ..local.tables import Row, Tables
from ..local.waiting import eventually, never

IMPORTS = [*SETTINGS["imports"], "sqlite_transport.worker"]


def with_history(url: str, **options: str) -> dict[str, Any]:
    told = {"history_url": url, **options}
    return {
        "imports": IMPORTS,
        "broker_transport_options": {**SETTINGS["broker_transport_options"], **told},
    }


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    return with_history(f"sqlite:///{tmp_path}/history.db")


@pytest.fixture
def history(deployment: Deployment) -> Iterator[Tables]:
    tables = Tables(deployment.directory / "history.db")
    yield tables
    tables.close()


def entry_of(history: Tables, task_id: str) -> Row:
    """Wait for the entry, and expect no second one."""
    eventually(lambda: history.rows("job_history", "task_id = ?", task_id))
    [row] = history.rows("job_history", "task_id = ?", task_id)
    return row


def is_made(history: Tables) -> bool:
    from sqlite_transport.library import sqlite3

    try:
        return bool(history.rows("job_history_version"))
    except sqlite3.OperationalError:
        return False


def attempts_at(history: Tables, entry: Row) -> list[Row]:
    return history.rows("job_attempt", "job_id = ? ORDER BY completed_at", entry["job_id"])


def test_completed(deployment: Deployment, history: Tables) -> None:
    worker = deployment.start_worker("-c", "1")
    task_id = deployment.send("work", "one", 0.3, priority=3)
    row = entry_of(history, task_id)
    assert (row["status"], row["error"], row["traceback"]) == ("completed", None, None)
    assert (row["type"], row["queue"], row["priority"]) == ("work", "celery", 3)
    assert (row["root_id"], row["parent_id"]) == (task_id, None)
    assert json.loads(row["payload"])[0] == ["one", 0.3]
    assert json.loads(row["headers"])["id"] == task_id
    assert row["worker"] == worker.hostname()
    assert 300 <= row["duration_ms"] < 60_000
    assert 0 <= row["wait_ms"] < 60_000
    assert row["created_at"] <= row["started_at"] <= row["completed_at"]
    assert (row["retry_count"], row["max_retries"]) == (0, 3)
    assert attempts_at(history, row) == []


def test_failed(deployment: Deployment, history: Tables) -> None:
    deployment.start_worker("-c", "1")
    row = entry_of(history, deployment.send("broken", "why"))
    assert (row["status"], row["error"]) == ("failed", "ValueError: why")
    assert "raise ValueError(key)" in row["traceback"]


def test_each_attempt(deployment: Deployment, history: Tables) -> None:
    worker = deployment.start_worker("-c", "1")
    row = entry_of(history, deployment.send("flaky", "twice", 2))
    assert (row["status"], row["retry_count"], row["max_retries"]) == ("completed", 2, 5)
    attempts = attempts_at(history, row)
    assert [each["retry_count"] for each in attempts] == [0, 1]
    for each in attempts:
        assert (each["status"], each["worker"]) == ("retried", worker.hostname())
        assert each["error"] == "HiccupError"
        assert "raise HiccupError" in each["traceback"]
        assert each["started_at"] <= each["completed_at"] <= row["completed_at"]


def test_revoked_while_it_waits_and_while_it_runs(deployment: Deployment, history: Tables) -> None:
    worker = deployment.start_worker("-c", "1")
    running = deployment.send("work", "running", 60)
    waiting = deployment.send("work", "waiting", 0)
    deployment.journal.expect("started", "running")
    wait_until_begun(deployment, "running")
    deployment.app.control.revoke(waiting)
    deployment.app.control.revoke(running, terminate=True)
    worker.wait_for_log(f"Tasks flagged as revoked: {waiting}")
    row = entry_of(history, running)
    assert row["status"] == "cancelled"
    assert row["error"].startswith("terminated by")
    row = entry_of(history, waiting)
    assert (row["status"], row["error"], row["started_at"] is None) == (
        "cancelled",
        "revoked",
        deployment.broker_url.startswith("redis"),
    )


def test_expired(deployment: Deployment, history: Tables) -> None:
    task_id = deployment.send("note", "late", expires=0.05)
    deployment.start_worker("-c", "1")
    row = entry_of(history, task_id)
    assert (row["status"], row["error"]) == ("cancelled", "expired")


def test_time_limit(deployment: Deployment, history: Tables) -> None:
    deployment.start_worker("-c", "1")
    row = entry_of(history, deployment.send("work", "slow", 60, time_limit=1))
    assert row["status"] == "failed"
    assert row["error"].startswith("TimeLimitExceeded")


def test_lost_pool_process(deployment: Deployment, history: Tables) -> None:
    """With late acknowledgement the job is put back, and that attempt is told as one."""
    deployment.start_worker("-c", "1")
    row = entry_of(history, deployment.send("deadly", "victim", 1))
    assert row["status"] == "completed"
    [lost] = attempts_at(history, row)
    assert lost["status"] == "requeued"
    assert lost["error"].startswith("WorkerLostError: Worker exited prematurely: signal 9")


def test_acknowledged_early(deployment: Deployment, history: Tables) -> None:
    deployment.start_worker("-c", "1", settings={"task_acks_late": False})
    good = deployment.send("work", "good", 0.2)
    bad = deployment.send("broken", "bad")
    tried = deployment.send("flaky", "tried", 1)
    assert entry_of(history, good)["status"] == "completed"
    assert entry_of(history, good)["duration_ms"] >= 200
    assert entry_of(history, bad)["error"] == "ValueError: bad"
    row = entry_of(history, tried)
    assert (row["status"], len(attempts_at(history, row))) == ("completed", 1)


def test_lost_pool_process_of_a_task_acknowledged_early(
    deployment: Deployment, history: Tables
) -> None:
    deployment.start_worker("-c", "1", settings={"task_acks_late": False})
    row = entry_of(history, deployment.send("deadly", "victim", 1))
    assert row["status"] == "failed"
    assert row["error"].startswith("WorkerLostError: Worker exited prematurely: signal 9")


def test_unregistered(deployment: Deployment, history: Tables) -> None:
    worker = deployment.start_worker("-c", "1")
    row = entry_of(history, deployment.send("nobody.knows"))
    assert (row["status"], row["type"]) == ("failed", "nobody.knows")
    assert row["error"] == "NotRegistered: no task 'nobody.knows' in this worker"
    assert row["worker"] in (None, worker.hostname())


def test_messages_that_cannot_be_run(deployment: Deployment, history: Tables) -> None:
    """Undecodable, and no task message at all."""
    deployment.start_worker("-c", "1")
    with deployment.app.producer_or_acquire() as producer:
        publish = {"exchange": "", "routing_key": "celery", "content_encoding": "utf-8"}
        producer.publish(
            "{torn",
            content_type="application/json",
            headers={"task": "note", "id": "torn"},
            **publish,
        )
        producer.publish('"what?"', content_type="application/json", message_id="odd", **publish)
        producer.publish(
            '[["x"], {}, {}]',
            content_type="application/json",
            headers={"task": "note", "id": "never", "expires": "one day"},
            **publish,
        )
    for task_id, reason in (("torn", "decode"), ("never", "expires"), ("odd", "not a task")):
        row = entry_of(history, task_id)
        assert (task_id, row["status"]) == (task_id, "failed")
        assert reason in row["error"]
    assert entry_of(history, "torn")["payload"] == "{torn"


def test_chain_of_ids(deployment: Deployment, history: Tables) -> None:
    deployment.start_worker("-c", "1")
    chain = deployment.app.signature("note", ["a"]) | deployment.app.signature(
        "note", ["b"], immutable=True
    )
    last = chain.apply_async()
    row = entry_of(history, last.id)
    assert (row["root_id"], row["parent_id"]) == (last.parent.id, last.parent.id)


def test_the_end_of_the_worker_is_the_end_of_waiting(
    deployment: Deployment, history: Tables
) -> None:
    """What ended in its last moment is recorded before it goes."""
    worker = deployment.start_worker("-c", "1")
    task_ids = [deployment.send("note", str(number)) for number in range(20)]
    deployment.journal.expect_some("done", 20)
    worker.process.kill("SIGTERM")
    worker.process.wait()
    recorded = {row["task_id"] for row in history.rows("job_history")}
    assert recorded == set(task_ids)


@pytest.mark.parametrize("pool", ["solo", "threads", "gevent"])
def test_other_pools(deployment: Deployment, history: Tables, pool: str) -> None:
    deployment.start_worker("-P", pool, "-c", "1")
    assert entry_of(history, deployment.send("note", "one"))["status"] == "completed"
    row = entry_of(history, deployment.send("flaky", "two", 1))
    assert (row["status"], len(attempts_at(history, row))) == ("completed", 1)


def test_statuses_that_are_not_kept(deployment: Deployment, history: Tables) -> None:
    url = f"sqlite:///{deployment.directory}/history.db"
    settings = with_history(url, history_completed="off")
    deployment.start_worker("-c", "1", settings=settings)
    deployment.send("note", "forgotten")
    deployment.send("flaky", "forgotten", 1)
    failed = deployment.send("broken", "kept")
    deployment.journal.expect("done", "forgotten", count=2)
    assert entry_of(history, failed)["status"] == "failed"
    never(lambda: history.rows("job_history", "status = 'completed'"))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nosql://me:secret@localhost/x", "SQLAlchemy knows no database 'nosql'"),
        ("me:secret@localhost", "history_url is no database URL"),
    ],
)
def test_a_wrong_url_ends_the_worker_with_a_sentence(
    deployment: Deployment, url: str, sentence: str
) -> None:
    worker = deployment.start_worker("-c", "1", settings=with_history(url), ready=False)
    assert worker.process.wait() == 1
    logs = worker.process.logs_since_start()
    assert f"The worker does not start: history_url {url}"[:38] in logs
    assert sentence in logs
    assert "secret" not in logs
    assert "Traceback" not in logs


def test_a_database_that_is_away_at_the_start(deployment: Deployment, history: Tables) -> None:
    """One sentence, and the jobs run; what ended meanwhile is recorded when it is there."""
    away = deployment.directory / "away"
    url = f"sqlite:///{away}/history.db"
    worker = deployment.start_worker("-c", "1", settings=with_history(url))
    worker.wait_for_log("The history cannot be written now")
    task_ids = {deployment.send("note", str(number)) for number in range(5)}
    deployment.journal.expect_some("done", 5)
    away.mkdir()
    history.path = away / "history.db"
    eventually(lambda: is_made(history))
    for task_id in task_ids:
        assert entry_of(history, task_id)["status"] == "completed"


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server(deployment: Deployment, kind: str) -> None:
    with database(kind, deployment.directory) as url:
        worker = deployment.start_worker("-c", "2", settings=with_history(url))
        tasks = [deployment.send("flaky", str(number), number) for number in range(3)]
        tasks.append(deployment.send("broken", "why \N{CLAPPER BOARD}"))
        eventually(lambda: len(look(url, "job_history")) == 4)
        found = {row["task_id"]: row for row in look(url, "job_history")}
        assert [found[task]["retry_count"] for task in tasks[:3]] == [0, 1, 2]
        assert found[tasks[3]]["error"] == "ValueError: why \N{CLAPPER BOARD}"
        eventually(lambda: len(look(url, "job_attempt")) == 3)
        worker.process.kill("SIGTERM")
        worker.process.wait()


@on_sqlite_only
def test_the_queues_own_url_is_the_default(deployment: Deployment, tables: Tables) -> None:
    settings = with_history(deployment.broker_url)
    deployment.start_worker("-c", "1", settings=settings)
    row = entry_of(tables, deployment.send("note", "here"))
    assert row["status"] == "completed"
    never(lambda: not tables.rows("job_history"), within=1.5)


@on_sqlite_only
def test_the_file_is_left_empty(deployment: Deployment, history: Tables, tables: Tables) -> None:
    deployment.start_worker("-c", "2")
    deployment.start_worker("-c", "2")
    task_ids = [deployment.send("flaky", str(number), number % 2) for number in range(60)]
    for task_id in task_ids:
        row = entry_of(history, task_id)
        assert row["status"] == "completed"
        # Of an attempt in another worker is told when that one comes to it.
        eventually(lambda row=row: len(attempts_at(history, row)) == row["retry_count"])
    eventually(lambda: not tables.rows("job"))
    eventually(lambda: not tables.rows("job_attempt"))
    assert len(history.rows("job_history")) == 60

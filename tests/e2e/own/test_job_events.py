"""What a subscriber hears of real workers' jobs, and what their tasks say of their progress."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sqlite_transport.jobs import Event, Subscription, open_jobs
from sqlite_transport.task.pen import PACE

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.tables import Tables
from ..local.waiting import PATIENCE, eventually

pytestmark = on_sqlite_only

LATE, EARLY = {"task_acks_late": True}, {"task_acks_late": False}
ACKS = pytest.mark.parametrize("settings", [LATE, EARLY], ids=["late", "early"])
POOLS = pytest.mark.parametrize("pool", ["prefork", "solo", "threads", "gevent"])
TELLING = {"imports": ["app.jobs", "app.faults", "app.telling"]}
UNSWEPT = {"imports": ["app.jobs", "app.unswept"]}
BEGINNING = ["created", "started"]
AGAIN = ["started", "completed"]

Hear = Callable[..., list[Event]]


@pytest.fixture
def subscription(deployment: Deployment) -> Iterator[Subscription]:
    with open_jobs(deployment.app).events(timeout=PATIENCE) as subscription:
        yield subscription


@pytest.fixture
def hear(deployment: Deployment, subscription: Subscription) -> Hear:
    """Return all events of a task up to the n-th of this name, and a moment beyond that."""
    heard: list[Event] = []

    def until(task_id: str, name: str, count: int = 1) -> None:
        wanted = ("job:" + name, task_id)
        while [(event.name, event.task_id) for event in heard].count(wanted) < count:
            heard.append(next(subscription))

    def hear(task_id: str, name: str, count: int = 1) -> list[Event]:
        until(task_id, name, count)
        until(deployment.send("after.all", queue="nobody"), "created")
        return [event for event in heard if event.task_id == task_id]

    return hear


def story(told: list[Event]) -> list[str]:
    return [event.name.removeprefix("job:") for event in told]


@ACKS
@POOLS
def test_success_and_failure(deployment: Deployment, hear: Hear, pool: str) -> None:
    worker = deployment.start_worker("-P", pool, "-c", "2")
    good, bad = deployment.send("work", "good", 0.1), deployment.send("broken", "bad")

    told = hear(good, "completed")
    assert story(told) == ["created", "started", "completed"]
    assert [event.data.get("worker") for event in told] == [None, *[worker.hostname()] * 2]
    assert told[1].data["started_at"] <= told[2].data["completed_at"] - 0.1

    told = hear(bad, "failed")
    assert story(told) == ["created", "started", "failed"]
    assert told[-1].data["error"] == "ValueError: bad"


@pytest.mark.parametrize("pool", ["prefork", "solo", "threads", "gevent"])
def test_the_start_is_told_when_it_starts(deployment: Deployment, hear: Hear, pool: str) -> None:
    """It is left neither to the worker's sweep, of which there is none here, nor to the end."""
    deployment.start_worker("-P", pool, "-c", "1", settings=UNSWEPT)
    for number in range(3):
        gate = deployment.gate(f"gate-{number}")
        task_id = deployment.send("hold", f"job-{number}", str(gate))
        assert story(hear(task_id, "started")) == BEGINNING
        gate.touch()
        assert story(hear(task_id, "completed")) == [*BEGINNING, "completed"]


def test_a_worker_that_was_there_before_rings_too(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.start_worker("-c", "1")
    deployment.send("note", "before")
    deployment.journal.expect("done", "before")
    # The subscriber does not look by itself: it hears the bell, or nothing in time.
    monkeypatch.setattr("sqlite_transport.jobs.subscription.SWEEP", 3600.0)
    with open_jobs(deployment.app).events(timeout=PATIENCE, names="job:completed") as heard:
        deployment.send("work", "x", 2)
        # That the note has ended may have been written only now.
        assert next(each for each in heard if each.type != "note").type == "work"


@ACKS
def test_retries(deployment: Deployment, hear: Hear) -> None:
    deployment.start_worker("-c", "1")
    task_id = deployment.send("put_off", "f", 2)
    for number in range(2):
        hear(task_id, "retried", number + 1)
        open_jobs(deployment.app).promote(task_id)
    told = hear(task_id, "completed")
    assert story(told) == [*BEGINNING, "retried", "ready", "started", "retried", "ready", *AGAIN]
    assert [event.data["retry_count"] for event in told] == [0, 0, 1, 1, 1, 2, 2, 2, 2]

    told = hear(deployment.send("retry_at_once", "r", 4), "completed")
    assert story(told) == ["created", *["started", "retried"] * 4, *AGAIN]


def test_revoked_before_it_began(deployment: Deployment, hear: Hear) -> None:
    deployment.start_worker("-c", "1", "--chatty")
    gate = deployment.gate()
    deployment.send("hold", "x", str(gate))
    deployment.journal.expect("started", "x")
    waiting = deployment.send("note", "y")
    deployment.app.control.revoke(waiting, reply=True, timeout=60, limit=1)
    gate.touch()
    told = hear(waiting, "cancelled")
    assert story(told) == ["created", "cancelled"]
    assert told[-1].data["error"] == "revoked"


def test_expired_and_unknown(deployment: Deployment, hear: Hear) -> None:
    late = deployment.send("note", "late", expires=0.1)
    deployment.start_worker("-c", "1")
    assert story(hear(late, "cancelled")) == ["created", "cancelled"]
    assert story(hear(deployment.send("no.such.task"), "failed")) == ["created", "failed"]


@ACKS
def test_a_killed_worker(
    deployment: Deployment, hear: Hear, subscription: Subscription, settings: dict[str, object]
) -> None:
    victim = deployment.start_worker("-c", "1")
    gate = deployment.gate()
    task_id = deployment.send("hold", "x", str(gate))
    hear(task_id, "started")
    victim.kill("SIGKILL")
    gate.touch()
    deployment.start_worker("-c", "1")
    if settings is LATE:
        told = hear(task_id, "completed")
        assert story(told) == [*BEGINNING, "lost", *AGAIN]
        assert told[2].data["worker"] == victim.hostname()
    else:
        assert story(hear(task_id, "failed")) == [*BEGINNING, "failed"]


def test_a_killed_pool_process(deployment: Deployment, hear: Hear) -> None:
    deployment.start_worker("-c", "1")
    told = hear(deployment.send("deadly", "victim", 1), "completed")
    assert story(told) == [*BEGINNING, "requeued", *AGAIN]


@pytest.mark.parametrize(
    "settings",
    [
        {
            "broker_transport_options": {
                f"history_{status}": "off" for status in ("completed", "failed", "cancelled")
            }
        }
    ],
    ids=["no history"],
)
def test_what_leaves_no_history_is_told_all_the_same(
    deployment: Deployment, hear: Hear, tables: Tables
) -> None:
    deployment.start_worker("-c", "1")
    assert story(hear(deployment.send("note", "n"), "completed")) == [*BEGINNING, "completed"]
    told = hear(deployment.send("broken", "b"), "failed")
    assert story(told) == [*BEGINNING, "failed"]
    assert told[-1].data["error"] == "ValueError: b"
    eventually(lambda: tables.count("job", "type <> 'after.all'") == 0)


LISTENER = """
import json, sys
from celery import Celery
from sqlite_transport.jobs import open_jobs
with open_jobs(Celery(broker=sys.argv[1])).events(timeout=60) as events:
    print("listening", flush=True)
    for event in events:
        print(json.dumps(event.as_json()), flush=True)
"""


def test_another_process_hears_the_same(
    deployment: Deployment, hear: Hear, subscription: Subscription
) -> None:
    command = [sys.executable, "-c", LISTENER, deployment.broker_url]
    listener = deployment.nursery.start("listener", command, deployment.directory, {})
    deployment.running.append(listener)
    eventually(lambda: b"listening" in listener.logs(), explain=listener.logs)
    deployment.start_worker("-c", "2")
    tasks = [deployment.send("flaky", f"f{number}", number % 3) for number in range(12)]
    here = [event for task_id in tasks for event in hear(task_id, "completed")]

    def there() -> list[dict[str, Any]]:
        *lines, _ = listener.logs().split(b"\n")
        told = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [event for event in told if event["task_id"] in tasks]

    eventually(lambda: len(there()) >= len(here))
    by_id = sorted((event.as_json() for event in here), key=lambda event: int(event["id"]))
    assert there() == by_id


# -- progress -------------------------------------------------------------


@ACKS
@POOLS
def test_progress(deployment: Deployment, hear: Hear, tables: Tables, pool: str) -> None:
    deployment.start_worker("-P", pool, "-c", "1", settings=TELLING)
    task_id = deployment.send("tell", "x", 50, 0.02)

    told = hear(task_id, "completed")
    assert story(told)[:2] == BEGINNING
    assert story(told)[-1] == "completed"
    progress = [event.data for event in told if event.name == "job:progress"]
    assert story(told) == [*BEGINNING, *["progress"] * len(progress), "completed"]
    assert progress[0] == {"done": 1, "total": 51, "message": "step 1", "retry_count": 0}
    assert progress[-1]["done"] == 50
    lasted = told[-1].data["completed_at"] - told[1].data["started_at"]
    assert 3 <= len(progress) <= lasted / PACE + 2, "a few of the fifty"
    [row] = tables.rows("job_history", "task_id = ?", task_id)
    assert (row["progress_done"], row["progress_total"]) == (50, 51)
    assert row["progress_message"] == "step 50"


def test_an_attempt_after_another_begins_anew(
    deployment: Deployment, hear: Hear, tables: Tables
) -> None:
    deployment.start_worker("-c", "1", settings=TELLING)
    task_id = deployment.send("tell_and_retry", "x")
    told = hear(task_id, "completed")
    assert story(told) == [*BEGINNING, "progress", "retried", *AGAIN]
    [row] = tables.rows("job_history", "task_id = ?", task_id)
    assert row["progress_done"] is None

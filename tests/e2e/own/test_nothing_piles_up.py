"""Clients come and go, some by SIGKILL; the file does not remember them."""

import pytest
from suspending import suspend

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.listener import start_listener
from ..local.tables import Tables
from ..local.waiting import eventually

pytestmark = on_sqlite_only


@pytest.fixture
def settings() -> dict[str, object]:
    return {"control_queue_expires": 5.0, "event_queue_expires": 5.0, "event_queue_ttl": 2.0}


def queues(tables: Tables) -> set[str]:
    return {row["name"] for row in tables.rows("queue")}


def bindings(tables: Tables) -> set[str]:
    return {row["queue"] for row in tables.rows("binding")}


def test_asking_leaves_nothing(deployment: Deployment, tables: Tables) -> None:
    worker = deployment.start_worker("-c", "1")
    before = queues(tables), bindings(tables)
    for _ in range(5):
        deployment.app.control.inspect(timeout=60, limit=1).ping()
        deployment.app.control.inspect(["nobody@nowhere"], timeout=0.05).ping()
    ping = ["inspect", "-d", worker.hostname(), "-t", "60", "ping"]
    assert deployment.run(*ping).returncode == 0
    deployment.app.pool.force_close_all()
    eventually(
        lambda: (queues(tables), bindings(tables)) == before,
        explain=lambda: queues(tables) ^ before[0],
    )
    eventually(lambda: not tables.rows("job_queue"), explain=lambda: tables.rows("job_queue"))
    assert worker.process.status == "running"


def test_killed_listener_is_forgotten(deployment: Deployment, tables: Tables) -> None:
    deployment.start_worker("-c", "1", "-E", "--heartbeat-interval", "1")
    before = queues(tables)
    listeners = [start_listener(deployment) for _ in range(2)]
    assert len(queues(tables) - before) == 2
    for listener in listeners:
        listener.kill("SIGKILL")
    eventually(lambda: queues(tables) == before, explain=lambda: queues(tables) ^ before)
    assert bindings(tables) <= before
    eventually(lambda: not tables.rows("job_queue"), explain=lambda: tables.rows("job_queue"))


def test_killed_worker_is_forgotten(deployment: Deployment, tables: Tables) -> None:
    """Its mailbox goes; the next `inspect` writes nothing for it."""
    options = ["--chatty", "-E", "--heartbeat-interval", "1", "-c", "1"]
    stayer = deployment.start_worker(*options)
    before = queues(tables)
    sessions = tables.count("session")
    for _ in range(2):
        deployment.start_worker(*options).kill("SIGKILL")
    eventually(lambda: queues(tables) == before, explain=lambda: queues(tables) ^ before)
    eventually(lambda: tables.count("session") <= sessions, explain=lambda: tables.rows("session"))
    pongs = deployment.app.control.inspect(timeout=60, limit=1).ping()
    assert set(pongs) == {stayer.hostname()}
    eventually(lambda: not tables.rows("job_queue"), explain=lambda: tables.rows("job_queue"))


@pytest.mark.parametrize("settings", [{"event_queue_ttl": 10.0}], ids=["ten seconds"])
def test_stopped_listener_does_not_hoard(deployment: Deployment, tables: Tables) -> None:
    """Alive but stopped: no event waits for it beyond the lifetime of events."""
    deployment.start_worker("-c", "1", "-E", "--heartbeat-interval", "600")
    listener = start_listener(deployment)
    deployment.send("note", "before")
    eventually(lambda: b"succeeded" in listener.logs(), explain=listener.logs)
    suspend(listener.pid, tables.path)
    for n in range(20):
        deployment.send("note", f"unheard-{n}")
    eventually(lambda: tables.count("job_queue") >= 20, explain=lambda: tables.count("job_queue"))
    eventually(lambda: not tables.rows("job_queue"), explain=lambda: tables.count("job_queue"))

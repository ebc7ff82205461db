"""Workers tell what they do to whoever listens."""

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_celery import CeleryWorkerCluster

from ..local.deployment import Deployment
from ..local.listener import start_listener
from ..local.waiting import eventually
from ..local.worker import LocalWorker

Event = dict[str, Any]


@pytest.fixture
def events(
    deployment: Deployment, celery_worker_cluster: CeleryWorkerCluster
) -> Iterator[list[Event]]:
    """Listen during the test; the list grows."""
    heard: list[Event] = []
    with deployment.app.connection_for_read() as connection:
        receiver = deployment.app.events.Receiver(connection, handlers={"*": heard.append})
        listener = threading.Thread(target=receiver.capture, kwargs={"wakeup": False})
        listener.start()
        try:
            eventually(lambda: probe(deployment, heard), interval=0.1)
            yield heard
        finally:
            receiver.should_stop = True
            listener.join(60)


def probe(deployment: Deployment, heard: list[Event]) -> bool:
    """Send an event; tell whether one has come back yet."""
    with deployment.app.events.default_dispatcher(hostname="probe", enabled=True) as dispatcher:
        dispatcher.send("test-probe")
    return any(event["type"] == "test-probe" for event in list(heard))


def of_task(events: list[Event], task_id: str) -> list[str]:
    return [event["type"] for event in list(events) if event.get("uuid") == task_id]


def test_a_task_tells_its_story(deployment: Deployment, events: list[Event]) -> None:
    task_id = deployment.send("note", uuid.uuid4().hex)
    story = ["task-received", "task-started", "task-succeeded"]
    eventually(lambda: of_task(events, task_id) == story, explain=lambda: of_task(events, task_id))


def test_a_failure_is_told(deployment: Deployment, events: list[Event]) -> None:
    task_id = deployment.send("broken", "told")
    eventually(lambda: "task-failed" in of_task(events, task_id))


def test_retries_are_told(deployment: Deployment, events: list[Event]) -> None:
    task_id = deployment.send("flaky", uuid.uuid4().hex, 1)
    # Two workers tell of it, if each has one of the attempts.
    eventually(lambda: {"task-retried", "task-succeeded"} <= {*of_task(events, task_id)})


def test_hearts_beat(events: list[Event], left: LocalWorker, right: LocalWorker) -> None:
    def beating() -> set[str]:
        return {e["hostname"] for e in list(events) if e["type"] == "worker-heartbeat"}

    eventually(lambda: {left.hostname(), right.hostname()} <= beating())


def test_events_can_be_silenced(
    deployment: Deployment, events: list[Event], left: LocalWorker
) -> None:
    control = deployment.app.control
    one = {"destination": [left.hostname()], "reply": True, "timeout": 60, "limit": 1}
    assert control.disable_events(**one)
    try:
        silent = deployment.send("note", "silent", queue="left")
        deployment.journal.expect("done", "silent")
        other = deployment.send("note", "spoken", queue="right")
        eventually(lambda: "task-succeeded" in of_task(events, other))
        assert of_task(events, silent) == []
    finally:
        assert control.enable_events(**one)
    again = deployment.send("note", "again", queue="left")
    eventually(lambda: "task-succeeded" in of_task(events, again))


def test_events_dump_prints_them(deployment: Deployment, left: LocalWorker) -> None:
    dump = start_listener(deployment)
    task_id = deployment.send("note", "dumped")
    eventually(lambda: task_id.encode() in dump.logs(), explain=dump.logs)
    dump.stop()

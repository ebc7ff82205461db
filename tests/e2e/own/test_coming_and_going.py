"""Listeners hear workers come and go."""

from ..local.deployment import Deployment
from ..local.listener import start_listener
from ..local.process import LocalProcess
from ..local.waiting import eventually
from ..local.worker import LocalWorker


def test_worker_events(deployment: Deployment) -> None:
    dump = start_listener(deployment)
    worker = deployment.start_worker("-P", "solo", "-E", "--heartbeat-interval", "1")
    for event in ("started", "heartbeat"):
        eventually(lambda event=event: said(dump, worker, event), explain=dump.logs)
    worker.kill("SIGTERM")
    eventually(lambda: said(dump, worker, "shutdown"), explain=dump.logs)
    dump.stop()


def said(dump: LocalProcess, worker: LocalWorker, event: str) -> bool:
    lines = dump.logs().decode().splitlines()
    return any(line.startswith(worker.hostname()) and f"] {event}:" in line for line in lines)

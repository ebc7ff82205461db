"""Workers in the background, as init scripts start them."""

from pathlib import Path

import psutil
import pytest

from ..local.deployment import Deployment
from ..local.knowing import wait_until_idle
from ..local.process import alive
from ..local.waiting import eventually


@pytest.fixture
def pidfile(deployment: Deployment) -> Path:
    return deployment.directory / "daemon.pid"


@pytest.fixture
def options(deployment: Deployment, pidfile: Path) -> list[str]:
    return [
        f"--pidfile={pidfile}",
        f"--logfile={deployment.directory / 'daemon.log'}",
        "--without-mingle",
        "--without-gossip",
        "-c",
        "1",
    ]


def test_detached_worker(deployment: Deployment, pidfile: Path, options: list[str]) -> None:
    done = deployment.run("worker", "--detach", "-n", "detached@local", *options)
    assert done.returncode == 0, done.stderr
    deployment.send("note", "detached")
    deployment.journal.expect("done", "detached")
    wait_until_idle(deployment)
    daemon = psutil.Process(int(pidfile.read_text()))
    daemon.terminate()
    eventually(lambda: not pidfile.exists())
    eventually(lambda: not alive(daemon))


def test_multi(deployment: Deployment, pidfile: Path, options: list[str]) -> None:
    started = deployment.run("multi", "start", "multi@local", "-A", "app", *options)
    assert started.returncode == 0, started.stdout + started.stderr
    deployment.send("note", "multi")
    deployment.journal.expect("done", "multi")
    wait_until_idle(deployment)
    daemon = psutil.Process(int(pidfile.read_text()))
    stopped = deployment.run("multi", "stopwait", "multi@local", f"--pidfile={pidfile}")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    # It waits for the pidfile to go, which is the last but one thing that a worker does.
    eventually(lambda: not alive(daemon))


def test_beat_inside_the_worker(deployment: Deployment) -> None:
    schedule = {"tick": {"task": "note", "schedule": 0.3, "args": ["tick"]}}
    settings = {"beat_schedule": schedule, "beat_max_loop_interval": 1}
    path = str(deployment.directory / "schedule")
    worker = deployment.start_worker("-c", "1", "-B", "-s", path, settings=settings)
    deployment.journal.expect("done", "tick", count=2)
    worker.kill("SIGTERM")
    assert worker.process.wait() == 0, worker.logs()

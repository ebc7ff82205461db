"""Who runs what since when, with a Celery worker and without."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from dying import WITH_PARENT
from jobs.claimer import Claimer
from jobs.keeping.programs import HOLDER
from program import Program
from receiving import PATIENCE, eventually

from sqlite_transport.jobs import Jobs

APP = """
import time
from pathlib import Path
from celery import Celery

app = Celery("films", broker="sqlite:///{path}")

@app.task(name="scan")
def scan(wait):
    while not Path("{path}.stop").exists():
        time.sleep(0.05)
"""


@pytest.fixture
def worker(path: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker whose one task does not end."""
    (tmp_path / "filming.py").write_text(APP.format(path=path))
    command = "-A filming worker -c 1 -n keeper@here -Q celery,films --prefetch-multiplier 3"
    process = subprocess.Popen(
        [*WITH_PARENT, sys.executable, "-m", "celery", *command.split()],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    yield process
    Path(f"{path}.stop").touch()
    process.kill()
    process.wait()


def test_a_celery_worker(app: Celery, jobs: Jobs, worker: subprocess.Popen[bytes]) -> None:
    begun = time.time()
    sent = [app.send_task("scan", (0,)).id for _ in range(5)]

    def busy() -> Any:
        """One runs, and as many are reserved as the worker may prefetch."""
        found = [each for each in jobs.workers() if each.jobs and each.jobs[0].started]
        return found if found and len(found[0].jobs) == 4 else None

    [found] = eventually(busy)
    assert (found.name, found.pid, found.alive) == ("keeper@here", worker.pid, True)
    assert found.queues == ("celery", "films")
    assert "-A filming" in found.program
    assert [job.task_id for job in found.jobs] == sent[:4]
    assert [job.started for job in found.jobs] == [True, False, False, False]
    assert {job.type for job in found.jobs} == {"scan"}
    assert all(begun - 1 < job.since < time.time() + 1 for job in found.jobs)
    assert json.loads(json.dumps(found.as_json()))["jobs"][0]["task_id"] == sent[0]
    inspect = app.control.inspect(timeout=PATIENCE, destination=["keeper@here"])
    assert inspect.ping() is not None
    assert [each.name for each in jobs.workers()] == ["keeper@here"], "who asks is no worker"


def test_a_consumer_that_is_none(app: Celery, jobs: Jobs) -> None:
    app.send_task("scan", (1,))
    claimer = Claimer(app, "celery")
    claimer.take()
    [found] = jobs.workers()
    assert (found.name, found.queues, found.alive) == (None, ("celery",), True)
    assert [(job.id, job.started) for job in found.jobs] == [(1, False)]
    claimer.finish()
    [found] = jobs.workers()
    assert found.jobs == ()
    claimer.close()
    assert jobs.workers() == []


def test_one_that_died_is_told_until_it_is_found(
    app: Celery, jobs: Jobs, path: Path, run: Any
) -> None:
    for _ in range(2):
        app.send_task("scan", (1,))
    program: Program = run(HOLDER, path, 2)
    assert program.read() == "holding"
    assert [each.alive for each in jobs.workers()] == [True]
    program.kill()
    [found] = jobs.workers()
    assert (found.alive, found.pid, len(found.jobs)) == (False, program.process.pid, 2)
    Claimer(app, "other").close()
    assert jobs.workers() == []


def test_who_only_listens_is_no_worker(app: Celery, jobs: Jobs) -> None:
    claimer = Claimer(app, "0b7c.reply.celery.pidbox", "celeryev.1234")
    assert jobs.broker.known_sessions() != []
    assert jobs.workers() == []
    claimer.close()


def test_two_connections_of_a_process_are_one_worker(app: Celery, jobs: Jobs) -> None:
    """As with gevent, where remote control has a connection of its own."""
    first, second = Claimer(app, "films"), Claimer(app, "keeper@a.b.celery.pidbox")
    [found] = jobs.workers()
    assert (found.name, found.queues) == ("keeper@a.b", ("films",))
    third = Claimer(app, "other@a.b.celery.pidbox")
    assert [each.name for each in jobs.workers()] == [None, "keeper@a.b", "other@a.b"]
    for each in (first, second, third):
        each.close()

"""Operators and workers at the same jobs at once: each job is there once, and it ran or did not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import receiving

from sqlite_transport.jobs import Jobs

OPERATOR = """
import random, sys
from celery import Celery
from sqlite_transport.jobs import WrongState, open_jobs

url, verb, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
jobs = open_jobs(Celery(broker=url))
verbs = {
    "cancel": jobs.cancel,
    "promote": jobs.promote,
    "retry": jobs.retry,
    "update": lambda number: jobs.update(number, priority=number % 10, due_at=0),
}
order = list(range(1, count + 1))
random.Random(seed).shuffle(order)
print("ready", flush=True)
sys.stdin.readline()
done = 0
for number in order:
    try:
        verbs[verb](number)
        done += 1
    except WrongState:
        pass
print(done)
"""

WORKER = """
import json, sys
from pathlib import Path
from celery import Celery
from kombu import Queue

sys.path.insert(0, sys.argv[3])
from receiving import drain_until_told

app, ran = Celery(broker=sys.argv[1]), []

def run(message):
    ran.append(message.decode()[0][0])
    message.ack()

with app.connection_for_read() as connection:
    with connection.Consumer([Queue("celery")], on_message=run, prefetch_count=4, accept=["json"]):
        print("ready", flush=True)
        sys.stdin.readline()
        drain_until_told(connection, Path(sys.argv[2]))
print(json.dumps(ran))
"""
COUNT = 120
TESTS = Path(receiving.__file__).parent
PATIENCE = 120.0


class Programs(list[subprocess.Popen[str]]):
    def start(self, source: str, *arguments: object) -> None:
        command = [sys.executable, "-W", "error", "-c", source, *map(str, arguments)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.append(subprocess.Popen(command, **pipes))

    def race(self, stop: Path | None = None) -> list[str]:
        """Let all go at once, and return what each said at its end.

        stop: the file by which the last one learns that all others have ended.
        """
        for each in self:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in self:
            assert each.stdin is not None
            each.stdin.write("\n")
            each.stdin.flush()
        said = []
        for each in self:
            if stop is not None and each is self[-1]:
                stop.touch()
            said.append(each.communicate(timeout=PATIENCE)[0])
        assert [each.returncode for each in self] == [0] * len(self)
        return said


@pytest.fixture
def programs() -> Iterator[Programs]:
    programs = Programs()
    yield programs
    for each in programs:
        each.kill()
        each.communicate()


def rows(jobs: Jobs) -> list[tuple[Any, ...]]:
    return jobs.broker.database.read(
        "SELECT id, status, started_at, cancel_requested_at FROM job WHERE transient = 0"
    )


@pytest.mark.parametrize("verbs", [("cancel", "promote"), ("cancel", "update"), ("cancel",) * 2])
def test_cancelled_or_run(
    jobs: Jobs, path: Path, programs: Programs, verbs: tuple[str, ...]
) -> None:
    for number in range(1, COUNT + 1):
        jobs.add("scan", [number], countdown=3600 if number % 2 else None)
    url = f"sqlite:///{path}"
    for seed, verb in enumerate(verbs):
        programs.start(OPERATOR, url, verb, COUNT, seed)
    stop = path.with_name("stop")
    programs.start(WORKER, url, stop, TESTS)

    said = programs.race(stop)

    ran = json.loads(said[-1])
    assert len(ran) == len(set(ran)), "each once at most"
    jobs.reset_stalled()
    after = rows(jobs)
    assert len(after) == COUNT
    completed = {number for number, status, *_ in after if status == "completed"}
    assert completed == set(ran)
    for number, status, started_at, requested_at in after:
        assert status in ("completed", "cancelled"), number
        if status == "cancelled":
            assert started_at is None or requested_at is not None


def test_retried_by_two(jobs: Jobs, path: Path, programs: Programs) -> None:
    """Both try all; each job is put back by one of them, and runs once."""
    for number in range(1, COUNT + 1):
        jobs.cancel(jobs.add("scan", [number]).id)
    url = f"sqlite:///{path}"
    programs.start(OPERATOR, url, "retry", COUNT, 1)
    programs.start(OPERATOR, url, "retry", COUNT, 2)

    assert sum(map(int, programs.race())) == COUNT

    assert {status for _, status, *_ in rows(jobs)} == {"pending"}
    programs.clear()
    stop = path.with_name("stop")
    programs.start(WORKER, url, stop, TESTS)
    assert sorted(json.loads(programs.race(stop)[0])) == list(range(1, COUNT + 1))

"""Resident memory after many jobs against that after a tenth of them."""

import json
from collections.abc import Iterator, Sequence
from time import monotonic, sleep

from benchmarks.contestants import Broker
from benchmarks.marks import Marks
from benchmarks.process_tree import resident_bytes
from benchmarks.processes import running
from benchmarks.samples import Sample
from benchmarks.worker import new_marks, worker

WARM_UP_SHARE = 10
POLL_SECONDS = 0.2
FLAT_PERCENT = 5.0


def growth(broker: Broker, caller: Sequence[str], jobs: int, seconds: float) -> Iterator[Sample]:
    """Run a worker and the caller, a command that also tells its memory as JSON.

    Yields `jobs`, those that ran in the time; `worker` and `caller`, by how
    many percent each grew, the caller only if it got to the end.
    """
    marks = new_marks(broker)
    log = broker.directory / "caller.log"
    with (
        worker(broker, marks) as process,
        running(caller, broker.directory, log=log, piped=True) as calling,
    ):
        deadline = monotonic() + seconds
        _wait(marks, jobs // WARM_UP_SHARE, deadline)
        warm = resident_bytes(process.pid)
        done = _wait(marks, jobs, deadline)
        end = resident_bytes(process.pid)
        yield Sample("jobs", broker.name, 0, done)
        yield Sample("worker", broker.name, 0, _percent(warm, end))
        if done >= jobs and calling.stdout is not None:
            report = json.loads(calling.stdout.readline())
            yield Sample("caller", broker.name, 0, _percent(report["warm"], report["end"]))


def _wait(marks: Marks, jobs: int, deadline: float) -> int:
    while (done := marks.span().tasks) < jobs and monotonic() < deadline:
        sleep(POLL_SECONDS)
    return done


def _percent(before: float, after: float) -> float:
    return (after / before - 1) * 100

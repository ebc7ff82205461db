"""`.delay()` and a worker do not grow with the number of jobs."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from time import monotonic, sleep

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.marks import Marks
from benchmarks.process_tree import resident_bytes
from benchmarks.processes import running
from benchmarks.samples import Reading, Sample
from benchmarks.turns import on_empty_broker
from benchmarks.worker import new_marks, worker

CONTESTANTS = ("redis", "sqlite")
WARM_UP_SHARE = 10
POLL_SECONDS = 0.2
FLAT_PERCENT = 5.0


def measure(bench: Bench) -> Iterator[Reading]:
    """Compare resident memory after a tenth of the jobs and after all of them."""
    yield from bench.absent(*CONTESTANTS)
    for contestant in bench.present(*CONTESTANTS):
        yield from on_empty_broker(bench, contestant, partial(_growth, bench))


def _growth(bench: Bench, broker: Broker) -> Iterator[Reading]:
    jobs, seconds = bench.size.memory_jobs, bench.size.memory_seconds
    marks = new_marks(broker)
    command = [sys.executable, "-m", "benchmarks.caller"]
    command += [broker.url, json.dumps(broker.options), str(jobs), str(jobs // WARM_UP_SHARE)]
    log = broker.directory / "caller.log"
    with (
        worker(broker, marks) as process,
        running(command, broker.directory, log=log, piped=True) as caller,
    ):
        deadline = monotonic() + seconds
        _wait(marks, jobs // WARM_UP_SHARE, deadline)
        warm = resident_bytes(process.pid)
        done = _wait(marks, jobs, deadline)
        end = resident_bytes(process.pid)
        yield Sample("jobs", broker.name, 0, done)
        yield Sample("worker", broker.name, 0, (end / warm - 1) * 100)
        if done >= jobs and caller.stdout is not None:
            report = json.loads(caller.stdout.readline())
            yield Sample("caller", broker.name, 0, (report["end"] / report["warm"] - 1) * 100)


def _wait(marks: Marks, jobs: int, deadline: float) -> int:
    while (done := marks.span().tasks) < jobs and monotonic() < deadline:
        sleep(POLL_SECONDS)
    return done


FIGURE = Figure(
    name="memory",
    title="Memory of .delay() and of the worker over 200,000 jobs",
    units={"caller": "% more", "worker": "% more", "jobs": "jobs"},
    bounds=(
        Bound("caller", "sqlite", at_most=FLAT_PERCENT),
        Bound("worker", "sqlite", at_most=FLAT_PERCENT),
    ),
    measure=measure,
    notes=(
        "Resident memory (worker: of its whole tree) after all jobs against after a tenth.",
        "With --quick 20,000 jobs.",
    ),
)

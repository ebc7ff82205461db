"""`.delay()` and a worker do not grow with the number of jobs."""

import json
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.growth import FLAT_PERCENT, WARM_UP_SHARE, growth
from benchmarks.samples import Reading
from benchmarks.turns import on_empty_broker

CONTESTANTS = ("redis", "sqlite")


def measure(bench: Bench) -> Iterator[Reading]:
    """Compare resident memory after a tenth of the jobs and after all of them."""
    yield from bench.absent(*CONTESTANTS)
    for contestant in bench.present(*CONTESTANTS):
        yield from on_empty_broker(bench, contestant, partial(_growth, bench))


def _growth(bench: Bench, broker: Broker) -> Iterator[Reading]:
    jobs = bench.size.memory_jobs
    command = [sys.executable, "-m", "benchmarks.caller"]
    command += [broker.url, json.dumps(broker.options), str(jobs), str(jobs // WARM_UP_SHARE)]
    return growth(broker, command, jobs, bench.size.memory_seconds)


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

"""Who stores results and who reads them do not grow with their number."""

import json
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.contestants.with_results import with_results
from benchmarks.figure import Bound, Figure
from benchmarks.growth import FLAT_PERCENT, WARM_UP_SHARE, growth
from benchmarks.samples import Reading
from benchmarks.turns import on_empty_broker

CONTESTANTS = ("redis", "sqlite")


def measure(bench: Bench) -> Iterator[Reading]:
    """Let a worker store and a caller read, and measure both twice."""
    bench = with_results(bench)
    yield from bench.absent(*CONTESTANTS)
    for contestant in bench.present(*CONTESTANTS):
        yield from on_empty_broker(bench, contestant, partial(_growth, bench))


def _growth(bench: Bench, broker: Broker) -> Iterator[Reading]:
    jobs = bench.size.result_memory_jobs
    command = [sys.executable, "-m", "benchmarks.reader"]
    command += [broker.url, json.dumps(broker.options), broker.results]
    command += [str(jobs), str(jobs // WARM_UP_SHARE)]
    return growth(broker, command, jobs, bench.size.result_memory_seconds)


FIGURE = Figure(
    name="result-memory",
    title="Memory of a worker that stores and a caller that reads 50,000 results",
    units={"caller": "% more", "worker": "% more", "jobs": "jobs"},
    bounds=(
        Bound("caller", "sqlite", at_most=FLAT_PERCENT),
        Bound("worker", "sqlite", at_most=FLAT_PERCENT),
    ),
    measure=measure,
    notes=(
        "Resident memory (worker: of its whole tree) after all results against after a tenth.",
        "With --quick 10,000 results: caches still fill after a tenth of them.",
    ),
)

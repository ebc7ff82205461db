"""The file of results that have expired gives its space back."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import monotonic, sleep

from celery.backends.base import Backend

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.contestants.with_results import with_results
from benchmarks.figure import Bound, Figure
from benchmarks.jobs import make_app
from benchmarks.samples import Reading, Sample
from benchmarks.size import Size
from benchmarks.turns import on_empty_broker

CONTESTANT = "sqlite"
RESULT_LETTERS = 1_000
TRICKLE_SECONDS = 0.05
MEBIBYTE = 1 << 20


def measure(bench: Bench) -> Iterator[Reading]:
    """Fill one file, let all expire while a few more are stored, and fill it again."""
    bench = with_results(bench)
    yield from bench.absent(CONTESTANT)
    for contestant in bench.present(CONTESTANT):
        yield from on_empty_broker(bench, contestant, partial(_cycles, bench.size))


def _cycles(size: Size, broker: Broker) -> Iterator[Reading]:
    app = make_app(broker.url, broker.options, results=broker.results)
    app.conf.result_expires = size.result_expires
    for turn in range(size.worker_rounds):
        full = _fill(app.backend, broker.directory, size)
        _trickle(app.backend, size.result_expires + size.result_purge_seconds)
        left = _bytes_in(broker.directory)
        yield Sample("full", broker.name, turn, full / MEBIBYTE)
        yield Sample("left", broker.name, turn, left / full * 100)
    app.close()


def _fill(backend: Backend, directory: Path, size: Size) -> int:
    """Store as many as wanted, and give the most bytes that the files had."""
    most = 0
    for number in range(size.result_file_count):
        _store(backend)
        if number % 1_000 == 0:
            most = max(most, _bytes_in(directory))
    return max(most, _bytes_in(directory))


def _trickle(backend: Backend, seconds: float) -> None:
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        _store(backend)
        sleep(TRICKLE_SECONDS)


def _store(backend: Backend) -> None:
    backend.store_result(os.urandom(16).hex(), "x" * RESULT_LETTERS, "SUCCESS")


def _bytes_in(directory: Path) -> int:
    """Size of the database with its log, as the directory lists them."""
    return sum(path.stat().st_size for path in directory.glob("queue.db*"))


FIGURE = Figure(
    name="result-file",
    title="Size of the file after 50,000 results of 1 kB have expired",
    units={"full": "MiB", "left": "% of full"},
    bounds=(Bound("left", "sqlite", at_most=30.0, judge="max"),),
    measure=measure,
    notes=(
        "Bytes of the database and its log on the disk, free pages too, 20 s after the last",
        "of them has expired, against the most there were; nobody purges but who stores on.",
    ),
)

"""Many processes publish at once: nobody sees "locked", nobody waits long."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from subprocess import Popen
from typing import Any

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.processes import running
from benchmarks.samples import Reading, Sample
from benchmarks.turns import on_empty_broker

CONTESTANTS = ("redis", "sqla", "sqlite-normal")


def measure(bench: Bench) -> Iterator[Reading]:
    """Start all writers, let them go at once, ask each what it saw."""
    yield from bench.absent(*CONTESTANTS)
    for contestant in bench.present(*CONTESTANTS):
        yield from on_empty_broker(bench, contestant, partial(_readings, bench))


def _readings(bench: Bench, broker: Broker) -> Iterator[Reading]:
    seconds = bench.size.writer_seconds
    reports = _write(broker, bench.size.writer_processes, seconds)
    for error in sorted({report["error"] for report in reports if report["error"]}):
        bench.say(f"   {broker.name}: {error}")
    yield Sample("longest", broker.name, 0, max(report["longest"] for report in reports) * 1e3)
    yield Sample("errors", broker.name, 0, sum(report["errors"] for report in reports))
    yield Sample("rate", broker.name, 0, sum(report["published"] for report in reports) / seconds)


def _write(broker: Broker, processes: int, seconds: float) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.writer"]
    command += [broker.url, json.dumps(broker.options), str(seconds)]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                running(command, broker.directory, log=broker.directory / f"writer-{n}", piped=True)
            )
            for n in range(processes)
        ]
        for writer in writers:
            _line(writer)
        for writer in writers:
            if writer.stdin is not None:
                writer.stdin.write(b"go\n")
                writer.stdin.flush()
        return [json.loads(_line(writer)) for writer in writers]


def _line(writer: "Popen[bytes]") -> bytes:
    if writer.stdout is None:
        raise RuntimeError("the writer has no pipe")
    return writer.stdout.readline()


FIGURE = Figure(
    name="writers",
    title="8 writer processes at once, durability=normal",
    units={"longest": "ms", "errors": "errors", "rate": "messages/s"},
    bounds=(
        Bound("errors", "sqlite-normal", at_most=0),
        Bound("longest", "sqlite-normal", at_most=100),
    ),
    measure=measure,
    notes=("`longest` is the longest wait of one publish in any of the processes.",),
)

"""Measure figures one after another, whatever happens to one of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.lineup import lineup
from benchmarks.machine import machine_facts
from benchmarks.outcome import Outcome
from benchmarks.report import Report, figure_text
from benchmarks.samples import Reading
from benchmarks.size import Size


@contextmanager
def bench(size: Size, directory: Path | None = None) -> Iterator[Bench]:
    """Make a run's surroundings; servers and files are gone afterwards."""
    with (
        TemporaryDirectory(prefix="benchmarks-", dir=directory, ignore_cleanup_errors=True) as home,
        lineup(Path(home)) as contestants,
    ):
        yield Bench(Path(home), size, contestants)


def run(figures: Sequence[Figure], on: Bench) -> Report:
    """Measure the figures and tell of each as soon as it is done."""
    machine = machine_facts(on.directory, on.contestants)
    return Report(machine, [measure(figure, on) for figure in figures])


def measure(figure: Figure, on: Bench) -> Outcome:
    """Measure one figure; if it breaks, keep what it has found so far and say so."""
    on.say(f"== {figure.name}: {figure.title}")
    start = monotonic()
    readings: list[Reading] = []
    failure = None
    try:
        for reading in figure.measure(on):
            readings.append(reading)  # noqa: PERF402 - keeps them if a later one breaks
    except Exception as error:  # the other figures go on
        failure = f"{type(error).__name__}: {error}"
    outcome = Outcome(figure, readings, failure)
    on.say(f"{figure_text(outcome)}\n   ({monotonic() - start:.0f} s)\n")
    return outcome

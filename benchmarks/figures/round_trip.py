"""From `.delay()` to the result in the caller's hand."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from time import monotonic, sleep

from celery import Task

from benchmarks.bench import Bench
from benchmarks.contestants.with_results import with_results
from benchmarks.figure import Bound, Figure
from benchmarks.jobs import make_app
from benchmarks.percentiles import percentiles
from benchmarks.samples import Reading, Sample
from benchmarks.turns import in_turn
from benchmarks.worker import CONCURRENCY, new_marks, worker

ALTERNATING = ("redis", "sqlite", "sqlite-normal")
POLLING = ("sqla",)
POLLING_SHARE = 10
PAUSE_SECONDS = (0.01, 0.05)
GIVE_UP_SECONDS = 30.0
WARM_UP = 3


@dataclass(frozen=True)
class Caller:
    """Calls one task, one at a time, and waits for its result."""

    name: str
    task: Task

    def seconds(self, number: int, pause: float) -> float:
        """Time from before `.delay()` to after `.get()`.

        The pause before the call lets the worker fall asleep.
        """
        sleep(pause)
        start = monotonic()
        answer = self.task.delay(number, 1).get(timeout=GIVE_UP_SECONDS)
        taken = monotonic() - start
        if answer != number + 1:
            raise ValueError(f"{self.name} says {number} + 1 = {answer}")
        return taken


def measure(bench: Bench) -> Iterator[Reading]:
    """Call after call in turn; who polls once a second by itself."""
    bench = with_results(bench)
    yield from bench.absent(*ALTERNATING, *POLLING)
    calls = bench.size.round_trip_calls
    for turn in range(bench.size.worker_rounds):
        yield from _one_turn(bench, turn, ALTERNATING, calls)
    yield from _one_turn(bench, 0, POLLING, max(calls // POLLING_SHARE, 2))


def _one_turn(bench: Bench, turn: int, names: tuple[str, ...], calls: int) -> Iterator[Sample]:
    with ExitStack() as stack:
        callers = [
            _caller(stack, bench, contestant.name)
            for contestant in bench.present(*in_turn(names, turn))
        ]
        taken: dict[str, list[float]] = {caller.name: [] for caller in callers}
        pauses = Random(turn)
        deadline = monotonic() + bench.size.round_trip_seconds
        for number in range(calls + WARM_UP):
            for caller in callers:
                seconds = caller.seconds(number, pauses.uniform(*PAUSE_SECONDS))
                if number >= WARM_UP:
                    taken[caller.name].append(seconds)
            if monotonic() >= deadline:
                break
    for name, seconds_of in taken.items():
        yield from percentiles(name, turn, seconds_of)


def _caller(stack: ExitStack, bench: Bench, name: str) -> Caller:
    broker = stack.enter_context(bench.arena(bench.contestants[name]))
    stack.enter_context(worker(broker, new_marks(broker)))
    app = make_app(broker.url, broker.options, results=broker.results)
    stack.callback(app.close)
    return Caller(name, app.tasks["bench.add"])


FIGURE = Figure(
    name="round-trip",
    title=f"add.delay().get(), worker of {CONCURRENCY} idle",
    units={"p50": "ms", "p99": "ms"},
    bounds=(
        Bound("p50", "sqlite", "redis", at_most=0.8),
        Bound("p99", "sqlite", "redis", at_most=1.0),
    ),
    measure=measure,
    notes=("Each with the result backend that goes with it, on the same server or file.",),
)

"""From `.delay()` to the task's first line, the worker idle."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from time import monotonic, sleep

from celery import Task

from benchmarks.bench import Bench
from benchmarks.figure import Bound, Figure
from benchmarks.jobs import make_app
from benchmarks.marks import Marks
from benchmarks.percentiles import percentiles
from benchmarks.samples import Reading, Sample
from benchmarks.worker import new_marks, worker

ALTERNATING = ("redis", "sqlite", "sqlite-normal")
POLLING = ("filesystem", "sqla")
PAUSE_SECONDS = (0.02, 0.12)
LOST_SECONDS = 5.0
WARM_UP = 3
POLLING_SHARE = 10


@dataclass(frozen=True)
class Caller:
    """Calls one task, one at a time, on one contestant's worker."""

    name: str
    task: Task
    marks: Marks

    def latency(self, number: int, pause: float) -> float:
        """Seconds from before `.delay()` to the task's first line.

        The pause before the call lets the worker fall asleep.
        """
        sleep(pause)
        start = monotonic()
        self.task.delay(number)
        sleep(PAUSE_SECONDS[0] / 2)
        moment = self.marks.wait_stamp(number, LOST_SECONDS)
        return (moment or monotonic()) - start


def measure(bench: Bench) -> Iterator[Reading]:
    """Call after call in turn; those that poll once a second by themselves."""
    yield from bench.absent(*ALTERNATING, *POLLING)
    calls = bench.size.latency_calls
    for turn in range(bench.size.worker_rounds):
        yield from _one_turn(bench, turn, ALTERNATING, calls)
    for name in POLLING:
        yield from _one_turn(bench, 0, (name,), max(calls // POLLING_SHARE, 2))


def _one_turn(bench: Bench, turn: int, names: tuple[str, ...], calls: int) -> Iterator[Sample]:
    with ExitStack() as stack:
        callers = [
            _caller(stack, bench, contestant.name, calls) for contestant in bench.present(*names)
        ]
        latencies: dict[str, list[float]] = {caller.name: [] for caller in callers}
        pauses = Random(turn)
        deadline = monotonic() + bench.size.latency_seconds
        for number in range(calls + WARM_UP):
            for caller in callers:
                seconds = caller.latency(number, pauses.uniform(*PAUSE_SECONDS))
                if number >= WARM_UP:
                    latencies[caller.name].append(seconds)
            if monotonic() >= deadline:
                break
    for name, seconds_of in latencies.items():
        yield from percentiles(name, turn, seconds_of)


def _caller(stack: ExitStack, bench: Bench, name: str, calls: int) -> Caller:
    broker = stack.enter_context(bench.arena(bench.contestants[name]))
    marks = new_marks(broker, stamps=calls + WARM_UP)
    stack.enter_context(worker(broker, marks))
    app = make_app(broker.url, broker.options)
    stack.callback(app.close)
    return Caller(name, app.tasks["bench.stamp"], marks)


FIGURE = Figure(
    name="latency",
    title="From .delay() to the task's first line, worker idle",
    units={"p50": "ms", "p99": "ms"},
    bounds=(
        Bound("p50", "sqlite", "redis", at_most=0.8),
        Bound("p99", "sqlite", "redis", at_most=1.0),
    ),
    measure=measure,
    notes=("A task not seen within 5 s counts as 5 s.",),
)

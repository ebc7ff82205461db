"""Groups, chords and chains: from `apply_async()` to the last result."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median
from time import monotonic

from celery import Celery, Task, chain, chord, group
from celery.canvas import Signature

from benchmarks.bench import Bench
from benchmarks.contestants.with_results import with_results
from benchmarks.figure import Bound, Figure
from benchmarks.jobs import make_app
from benchmarks.samples import Failure, Reading, Sample
from benchmarks.size import Size
from benchmarks.turns import in_turn
from benchmarks.worker import CONCURRENCY, new_marks, worker

CONTESTANTS = ("redis", "sqlite", "sqlite-normal")
INTERVAL_SECONDS = 0.01
TIMES = 3

Shape = tuple[str, Callable[[], Signature], object]


def measure(bench: Bench) -> Iterator[Reading]:
    """All workers are up and warm; the contestants take turns with each shape."""
    bench = with_results(bench)
    yield from bench.absent(*CONTESTANTS)
    names = tuple(contestant.name for contestant in bench.present(*CONTESTANTS))
    with ExitStack() as stack:
        shapes = {name: list(_shapes(_app(stack, bench, name), bench.size)) for name in names}
        for name in names:
            for shape in shapes[name]:
                _seconds(shape, bench.size.canvas_seconds)
        for turn in range(bench.size.rounds):
            order = in_turn(names, turn)
            for alike in zip(*(shapes[name] for name in order), strict=True):
                for name, shape in zip(order, alike, strict=True):
                    yield _reading(shape, name, turn, bench.size.canvas_seconds)


def _app(stack: ExitStack, bench: Bench, name: str) -> Celery:
    broker = stack.enter_context(bench.arena(bench.contestants[name]))
    stack.enter_context(worker(broker, new_marks(broker)))
    app = make_app(broker.url, broker.options, results=broker.results)
    stack.callback(app.close)
    return app


def _reading(shape: Shape, name: str, turn: int, patience: float) -> Reading:
    gc.collect()
    try:
        return Sample(shape[0], name, turn, median(_seconds(shape, patience) for _ in range(TIMES)))
    except Exception as error:  # the others go on
        return Failure(name, f"{shape[0]}: {type(error).__name__}: {error}")


def _shapes(app: Celery, size: Size) -> Iterator[Shape]:
    """Name each, tell how it is made, and what its result must be."""
    add: Task = app.tasks["bench.add"]
    total: Task = app.tasks["bench.total"]
    many, parts, links = size.canvas_group, size.canvas_chord, size.canvas_chain
    yield "group", lambda: group(add.s(n, n) for n in range(many)), [2 * n for n in range(many)]
    yield (
        "chord",
        lambda: chord((add.s(n, 1) for n in range(parts)), total.s()),
        sum(range(parts)) + parts,
    )
    yield "chain", lambda: chain(add.s(0, 1), *(add.s(1) for _ in range(links - 1))), links


def _seconds(shape: Shape, patience: float) -> float:
    name, make, expected = shape
    signature = make()
    start = monotonic()
    answer = signature.apply_async().get(timeout=patience, interval=INTERVAL_SECONDS)
    taken = monotonic() - start
    if answer != expected:
        raise ValueError(f"the {name} gave {str(answer)[:100]}")
    return taken


FIGURE = Figure(
    name="canvas",
    title=f"A group of 500, a chord of 100, a chain of 20; worker of {CONCURRENCY}",
    units={"group": "s", "chord": "s", "chain": "s"},
    bounds=(
        Bound("group", "sqlite", "redis", at_most=0.7),
        Bound("chord", "sqlite", "redis", at_most=0.7),
        Bound("chain", "sqlite", "redis", at_most=0.7),
    ),
    measure=measure,
    notes=(
        "From apply_async() to the result of .get(interval=0.01), the median of three a round;",
        "by default Celery's Redis backend sleeps 0.5 s in the .get() of an unfinished group.",
    ),
)

"""A prefork worker drains a queue of tasks that do nothing."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading
from benchmarks.turns import rates
from benchmarks.worker import (
    CONCURRENCY,
    PREFETCH_MULTIPLIER,
    new_marks,
    publish_tasks,
    worker,
)

CONTESTANTS = ("redis", "filesystem", "sqla", "sqlite")


def measure(bench: Bench) -> Iterator[Reading]:
    """Publish, start the worker, and time from the first task's start to the last's."""

    def rate(broker: Broker) -> float:
        tasks = min(bench.size.worker_tasks, bench.contestants[broker.name].backlog)
        publish_tasks(broker, "bench.noop", tasks)
        marks = new_marks(broker)
        with worker(broker, marks):
            return marks.wait_count(tasks, bench.size.worker_seconds).rate

    return rates(bench, bench.size.worker_rounds, CONTESTANTS, rate)


FIGURE = Figure(
    name="worker",
    title=f"Celery worker, prefork {CONCURRENCY}, prefetch multiplier {PREFETCH_MULTIPLIER}",
    units={"rate": "tasks/s"},
    bounds=(Bound("rate", "sqlite", "redis", at_least=3.0),),
    measure=measure,
)

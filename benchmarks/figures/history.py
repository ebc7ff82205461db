"""What keeping the history costs."""

from collections.abc import Iterator

from benchmarks.batches import fill
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading
from benchmarks.size import Size
from benchmarks.traffic import consume, publish_rate
from benchmarks.turns import side_by_side
from benchmarks.worker import new_marks, publish_tasks, worker

ON, OFF = CONTESTANTS = ("sqlite-normal", "sqlite-history-off")
AT_MOST_A_TENTH_LOST = 0.9


def measure(bench: Bench) -> Iterator[Reading]:
    """Publish, consume and work, with and without."""
    measures = {"publish": _publish, "consume": _consume, "worker": _work}
    return side_by_side(bench, CONTESTANTS, measures)


def _publish(size: Size, broker: Broker) -> float:
    return publish_rate(broker, size.publish_messages, size.publish_seconds)


def _consume(size: Size, broker: Broker) -> float:
    fill(broker, size.consume_messages)
    return consume(broker, size.consume_messages, size.consume_seconds).rate


def _work(size: Size, broker: Broker) -> float:
    publish_tasks(broker, "bench.noop", size.worker_tasks)
    marks = new_marks(broker)
    with worker(broker, marks):
        return marks.wait_count(size.worker_tasks, size.worker_seconds).rate


FIGURE = Figure(
    name="history",
    title="Publish, consume and work, with history against without",
    units={"publish": "messages/s", "consume": "messages/s", "worker": "tasks/s"},
    bounds=tuple(
        Bound(metric, ON, OFF, at_least=AT_MOST_A_TENTH_LOST)
        for metric in ("publish", "consume", "worker")
    ),
    measure=measure,
    notes=("Both with durability=normal, so that the disk's sync does not hide the rest.",),
)

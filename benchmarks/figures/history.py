"""What keeping the history costs."""

from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.batches import fill
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading, Sample
from benchmarks.size import Size
from benchmarks.traffic import consume, publish_rate
from benchmarks.turns import in_turn, on_empty_broker
from benchmarks.worker import new_marks, publish_tasks, worker

ON, OFF = CONTESTANTS = ("sqlite-normal", "sqlite-history-off")
AT_MOST_A_TENTH_LOST = 0.9


def measure(bench: Bench) -> Iterator[Reading]:
    """Publish, consume and work, with and without, who goes first by turns."""
    yield from bench.absent(*CONTESTANTS)
    measures = (("publish", _publish), ("consume", _consume), ("worker", _work))
    for turn in range(bench.size.rounds):
        for metric, rate in measures:
            for contestant in bench.present(*in_turn(CONTESTANTS, turn)):
                reading = partial(_reading, bench.size, metric, turn, rate)
                yield from on_empty_broker(bench, contestant, reading)


def _reading(
    size: Size, metric: str, turn: int, rate: Callable[[Size, Broker], float], broker: Broker
) -> Iterator[Reading]:
    yield Sample(metric, broker.name, turn, rate(size, broker))


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

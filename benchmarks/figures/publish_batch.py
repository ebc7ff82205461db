"""Publish a hundred at a time, durable, against Redis one at a time."""

from collections.abc import Iterator
from functools import partial

from benchmarks.batches import publish_in_batches, why_no_batches
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading, Sample, Skip
from benchmarks.size import Size
from benchmarks.traffic import publish_rate
from benchmarks.turns import on_empty_broker, one_turn

BATCH = 100
LONGER = 4
BATCHING = ("redis", "sqlite")


def measure(bench: Bench) -> Iterator[Reading]:
    """One contestant one at a time, then those that can, in batches."""
    size = bench.size

    def single(broker: Broker) -> float:
        return publish_rate(broker, size.publish_messages, size.publish_seconds)

    yield from bench.absent(*BATCHING)
    for turn in range(size.rounds):
        yield from one_turn(bench, turn, ("redis",), single)
        for contestant in bench.present(*BATCHING):
            yield from on_empty_broker(bench, contestant, partial(_in_batches, size, turn))


def _in_batches(size: Size, turn: int, broker: Broker) -> Iterator[Reading]:
    name = f"{broker.name}-batch"
    with broker.connection() as connection:
        reason = why_no_batches(connection)
        if reason is not None:
            yield Skip(name, reason)
            return
        messages = size.publish_messages * LONGER
        pace = publish_in_batches(connection, BATCH, messages, size.publish_seconds)
    yield Sample("rate", name, turn, pace.rate)


FIGURE = Figure(
    name="publish-batch",
    title=f"Publish in batches of {BATCH}, durable (FULL)",
    units={"rate": "messages/s"},
    bounds=(Bound("rate", "sqlite-batch", "redis", at_least=20.0),),
    measure=measure,
)

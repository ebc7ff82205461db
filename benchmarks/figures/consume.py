"""Consume and acknowledge with a plain kombu consumer."""

from collections.abc import Iterator

from benchmarks.batches import fill
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading
from benchmarks.traffic import PREFETCH, consume
from benchmarks.turns import rates

CONTESTANTS = ("redis", "memory", "filesystem", "sqla", "sqlite")


def measure(bench: Bench) -> Iterator[Reading]:
    """Fill the queue unmeasured, then empty it as far as the time allows."""

    def rate(broker: Broker) -> float:
        backlog = min(bench.size.consume_messages, bench.contestants[broker.name].backlog)
        fill(broker, backlog)
        return consume(broker, backlog, bench.size.consume_seconds).rate

    return rates(bench, bench.size.rounds, CONTESTANTS, rate)


FIGURE = Figure(
    name="consume",
    title=f"Consume and acknowledge, prefetch {PREFETCH}",
    units={"rate": "messages/s"},
    bounds=(
        Bound("rate", "sqlite", "redis", at_least=18.0),
        Bound("rate", "sqlite", "memory", at_least=0.85),
    ),
    measure=measure,
    notes=("`filesystem` and `sqla` start from a short queue: they slow down with its length.",),
)

"""Publish one at a time; each message survives any crash but power loss."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading
from benchmarks.traffic import publish_rate
from benchmarks.turns import rates

CONTESTANTS = ("redis", "memory", "sqlite-normal")


def measure(bench: Bench) -> Iterator[Reading]:
    """Publish on one connection."""

    def rate(broker: Broker) -> float:
        return publish_rate(broker, bench.size.publish_messages, bench.size.publish_seconds)

    return rates(bench, bench.size.rounds, CONTESTANTS, rate)


FIGURE = Figure(
    name="publish-normal",
    title="Publish one at a time, durability=normal",
    units={"rate": "messages/s"},
    bounds=(
        Bound("rate", "sqlite-normal", "redis", at_least=7.0),
        Bound("rate", "sqlite-normal", "memory", at_least=0.5),
    ),
    measure=measure,
)

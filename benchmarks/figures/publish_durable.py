"""Publish one at a time; each message survives power loss once published."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading, Sample
from benchmarks.sync_floor import sync_floor
from benchmarks.traffic import publish_rate
from benchmarks.turns import one_turn

CONTESTANTS = ("redis", "memory", "filesystem", "sqla", "sqlite")


def measure(bench: Bench) -> Iterator[Reading]:
    """Publish on one connection; beside it, what the disk allows."""
    count, seconds = bench.size.publish_messages, bench.size.publish_seconds

    def rate(broker: Broker) -> float:
        return publish_rate(broker, count, seconds)

    yield from bench.absent(*CONTESTANTS)
    for turn in range(bench.size.rounds):
        with bench.scratch() as directory:
            yield Sample("rate", "disk", turn, sync_floor(directory, count, seconds).rate)
        yield from one_turn(bench, turn, CONTESTANTS, rate)


FIGURE = Figure(
    name="publish-durable",
    title="Publish one at a time, durable (FULL)",
    units={"rate": "messages/s"},
    bounds=(Bound("rate", "sqlite", "redis", at_least=3.5),),
    measure=measure,
    notes=("`disk` is a bare 12 KiB overwrite and fdatasync: no broker at all.",),
)

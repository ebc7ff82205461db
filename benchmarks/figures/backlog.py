"""Publish and claim with a long queue as fast as with a short one."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from benchmarks.batches import fill
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.samples import Reading, Sample
from benchmarks.traffic import WARM_UP, consume, depth, publish

CONTESTANT = "sqlite-normal"


def measure(bench: Bench) -> Iterator[Reading]:
    """Fill two files once, then take turns with both of them.

    `durability=normal`, so that the disk's sync does not hide the rest.
    """
    yield from bench.absent(CONTESTANT)
    size = bench.size
    for contestant in bench.present(CONTESTANT):
        with ExitStack() as stack:
            short = stack.enter_context(bench.arena(contestant))
            long = stack.enter_context(bench.arena(contestant))
            fill(short, size.backlog_shallow)
            fill(long, size.backlog_pending)
            fill(long, size.backlog_scheduled, datetime.now(UTC) + timedelta(days=1))
            if (found := depth(long)) < size.backlog_pending:
                raise RuntimeError(f"filled {size.backlog_pending} but found {found}")
            for turn in range(size.rounds):
                yield from _readings(bench, short, "short", turn)
                yield from _readings(bench, long, "long", turn)


def _readings(bench: Bench, broker: Broker, name: str, turn: int) -> Iterator[Sample]:
    """Publish, then take as many again, so that the queue keeps its length."""
    size = bench.size
    gc.collect()
    with broker.connection() as connection:
        published = publish(connection, size.publish_messages, size.publish_seconds)
    yield Sample("publish", name, turn, published.rate)
    gc.collect()
    claimed = consume(broker, published.messages + WARM_UP, size.consume_seconds)
    yield Sample("claim", name, turn, claimed.rate)


FIGURE = Figure(
    name="backlog",
    title="Publish and claim with a long queue (1,000,000 pending, 100,000 scheduled)",
    units={"publish": "messages/s", "claim": "messages/s"},
    bounds=(
        Bound("publish", "long", "short", at_least=0.8),
        Bound("claim", "long", "short", at_least=0.8),
    ),
    measure=measure,
    notes=("`short` has 1,000 pending. With --quick `long` is 50,000 and 5,000.",),
)

"""Contestants take turns: A B C, then A B C again."""

import gc
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from benchmarks.bench import Bench
from benchmarks.contestants import Broker, Contestant
from benchmarks.samples import Failure, Reading, Sample
from benchmarks.size import Size


def rates(
    bench: Bench, rounds: int, names: tuple[str, ...], measure: Callable[[Broker], float]
) -> Iterator[Reading]:
    """Measure each contestant's rate once per round, each time on an empty broker."""
    yield from bench.absent(*names)
    for turn in range(rounds):
        yield from one_turn(bench, turn, names, measure)


def one_turn(
    bench: Bench, turn: int, names: tuple[str, ...], measure: Callable[[Broker], float]
) -> Iterator[Reading]:
    """Measure each contestant's rate once."""

    def reading(broker: Broker) -> Iterator[Reading]:
        yield Sample("rate", broker.name, turn, measure(broker))

    for contestant in bench.present(*names):
        yield from on_empty_broker(bench, contestant, reading)


def side_by_side(
    bench: Bench, names: tuple[str, ...], measures: Mapping[str, Callable[[Size, Broker], float]]
) -> Iterator[Reading]:
    """Measure several rates of each contestant in every round; who goes first changes."""
    yield from bench.absent(*names)
    for turn in range(bench.size.rounds):
        for metric, rate in measures.items():
            for contestant in bench.present(*in_turn(names, turn)):
                reading = partial(_rate, bench.size, metric, turn, rate)
                yield from on_empty_broker(bench, contestant, reading)


def _rate(
    size: Size, metric: str, turn: int, rate: Callable[[Size, Broker], float], broker: Broker
) -> Iterator[Reading]:
    yield Sample(metric, broker.name, turn, rate(size, broker))


def in_turn(names: tuple[str, ...], turn: int) -> tuple[str, ...]:
    """Turn the order round every second time, so that it favours nobody."""
    return names if turn % 2 == 0 else names[::-1]


def on_empty_broker(
    bench: Bench, contestant: Contestant, measure: Callable[[Broker], Iterator[Reading]]
) -> Iterator[Reading]:
    """Measure on an empty broker; one that breaks does not stop the others."""
    try:
        with bench.arena(contestant) as broker:
            gc.collect()
            yield from measure(broker)
    except Exception as error:
        yield Failure(contestant.name, f"{type(error).__name__}: {error}")

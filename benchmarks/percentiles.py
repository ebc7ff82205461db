"""From single durations to the middle one and the longest but for one in a hundred."""

from collections.abc import Iterator, Sequence
from statistics import quantiles

from benchmarks.samples import Sample

MILLISECONDS = 1e3


def percentiles(name: str, turn: int, seconds: Sequence[float]) -> Iterator[Sample]:
    """Give `p50` and `p99` in milliseconds, or nothing of less than two durations."""
    if len(seconds) < 2:
        return
    hundredths = quantiles(seconds, n=100, method="inclusive")
    yield Sample("p50", name, turn, hundredths[49] * MILLISECONDS)
    yield Sample("p99", name, turn, hundredths[98] * MILLISECONDS)

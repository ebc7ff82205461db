"""A figure: how it is measured and what it has to reach."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.bench import Bench
from benchmarks.samples import Reading

Judge = Literal["median", "max"]


@dataclass(frozen=True)
class Bound:
    """What the `metric` of the `subject` must reach.

    With `against` the reading is divided by that contestant's reading of the
    same round, else it stands for itself. It is judged on the median over the
    rounds, or on the worst round with `judge="max"`. Exactly one of `at_least`
    and `at_most` is given.
    """

    metric: str
    subject: str
    against: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    judge: Judge = "median"

    @property
    def limit(self) -> float:
        """The number to reach."""
        limit = self.at_most if self.at_least is None else self.at_least
        if limit is None:
            raise ValueError(f"bound without a limit: {self}")
        return limit

    def reached_by(self, value: float) -> bool:
        """Whether a measured ratio or reading is good enough."""
        return value >= self.limit if self.at_least is not None else value <= self.limit


@dataclass(frozen=True)
class Figure:
    """One thing to measure; `units` names the unit of every metric it yields."""

    name: str
    title: str
    units: dict[str, str]
    bounds: tuple[Bound, ...]
    measure: Callable[[Bench], Iterator[Reading]]
    notes: tuple[str, ...] = field(default=())

"""From readings to verdicts: the arithmetic of the benchmark."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from benchmarks.figure import Bound, Figure
from benchmarks.samples import Failure, Reading, Sample, Skip


@dataclass(frozen=True)
class Spread:
    """The median of some values, with the smallest and the largest."""

    median: float
    smallest: float
    largest: float
    rounds: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Summarise at least one value."""
        known = sorted(values)
        return cls(median(known), known[0], known[-1], len(known))


@dataclass(frozen=True)
class Verdict:
    """A bound and what was measured for it; `spread` is None if nothing was.

    What broke while it was measured has missed its bounds, whatever it had
    shown before.
    """

    bound: Bound
    spread: Spread | None
    broke: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the bound holds; None if it was not measured."""
        if self.broke:
            return False
        if self.spread is None:
            return None
        return self.bound.reached_by(self.judged)

    @property
    def judged(self) -> float:
        """The number that is held against the bound."""
        if self.spread is None:
            raise ValueError("nothing was measured")
        return self.spread.largest if self.bound.judge == "max" else self.spread.median


class Outcome:
    """All readings of one figure."""

    def __init__(
        self, figure: Figure, readings: Iterable[Reading], failure: str | None = None
    ) -> None:
        self.figure = figure
        self.failure = failure
        self.skips: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.values: dict[tuple[str, str], dict[int, float]] = {}
        for reading in readings:
            match reading:
                case Skip(contestant, reason):
                    self.skips[contestant] = reason
                case Failure(contestant, reason):
                    self.failures[contestant] = reason
                case Sample(metric, contestant, turn, value):
                    self.values.setdefault((metric, contestant), {})[turn] = value

    def spreads(self) -> dict[tuple[str, str], Spread]:
        """Every contestant's readings, by metric and contestant."""
        return {key: Spread.of(rounds.values()) for key, rounds in self.values.items()}

    def verdicts(self) -> list[Verdict]:
        """Every bound of the figure."""
        return [
            Verdict(bound, self._measured(bound), self._broke(bound))
            for bound in self.figure.bounds
        ]

    def _broke(self, bound: Bound) -> bool:
        return self.failure is not None or bound.subject in self.failures

    def _measured(self, bound: Bound) -> Spread | None:
        values = self.values.get((bound.metric, bound.subject), {})
        if bound.against is not None:
            values = ratios(values, self.values.get((bound.metric, bound.against), {}))
        return Spread.of(values.values()) if values else None


def ratios(of: dict[int, float], to: dict[int, float]) -> dict[int, float]:
    """One contestant's readings divided by another's, round by round."""
    return {turn: of[turn] / to[turn] for turn in of if to.get(turn)}

"""What a figure yields while it runs: single readings, and who could not take part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """One reading of one contestant in one round; its unit is the figure's."""

    metric: str
    contestant: str
    round: int
    value: float


@dataclass(frozen=True)
class Skip:
    """A contestant that could not be measured, and why."""

    contestant: str
    reason: str


@dataclass(frozen=True)
class Failure:
    """A contestant that broke while it was measured; its bounds are missed."""

    contestant: str
    reason: str


Reading = Sample | Skip | Failure

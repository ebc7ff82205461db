"""How numbers and bounds are written in a report."""

from benchmarks.figure import Bound, Figure
from benchmarks.outcome import Spread, Verdict


def number(value: float) -> str:
    """Write three significant digits or so, thousands apart."""
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(of: Spread) -> str:
    """Write the median, and the range if there was more than one round."""
    if of.rounds == 1:
        return number(of.median)
    return f"{number(of.median)} ({number(of.smallest)} … {number(of.largest)})"


def subject(bound: Bound) -> str:
    """Name what is held against the bound."""
    name = f"{bound.metric} {bound.subject}"
    return f"{name} / {bound.against}" if bound.against else name


def limit(figure: Figure, bound: Bound) -> str:
    """Write the bound itself."""
    sign = "≥" if bound.at_least is not None else "≤"
    unit = "x" if bound.against else figure.units[bound.metric]
    return f"{sign} {number(bound.limit)} {unit}"


def answer(verdict: Verdict) -> str:
    """Say yes, NO, or not measured."""
    return {True: "yes", False: "NO", None: "not measured"}[verdict.reached]

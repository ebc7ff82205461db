"""What is paused, limited or broken off, in a table."""

from collections.abc import Iterable

from rich.table import Table

from sqlite_transport.commands.clock import Clock, span
from sqlite_transport.commands.paper import one_line
from sqlite_transport.commands.tables import table
from sqlite_transport.jobs import Control

#: The units of a rate, in seconds.
_PER = ((1.0, "s"), (60.0, "m"), (3600.0, "h"))


def control_table(controls: Iterable[Control], clock: Clock) -> Table:
    """Show each queue and type with what holds for it, and how many jobs that holds back."""
    drawn = table(("!kind", "name", "what holds", "#blocked", "#running"))
    for control in controls:
        said = ", ".join(_said(control, clock)) or "no limit"
        drawn.add_row(
            control.kind,
            one_line(control.name),
            said,
            str(control.blocked),
            str(control.running),
        )
    return drawn


def _said(control: Control, clock: Clock) -> Iterable[str]:
    if control.paused_at is not None:
        yield f"paused {clock.ago(control.paused_at)}"
    if control.concurrency is not None:
        yield f"{control.concurrency} at once"
    if control.key_concurrency is not None:
        yield f"{control.key_concurrency} per key"
    if control.rate is not None:
        yield _rate(control.rate)
    if control.breaker_failures is not None:
        yield (
            f"breaker at {control.breaker_failures} failures for {span(control.breaker_seconds)}"
        )
        if control.opens_at is not None:
            yield f"open, next try {_when(control.opens_at, clock)}"
        elif control.failures:
            yield f"{control.failures} failed in a row"


def _when(moment: float, clock: Clock) -> str:
    return "now" if moment <= clock.now else clock.ago(moment)


def _rate(rate: float) -> str:
    """Return the rate as it was probably given: in the first unit in which it is a whole number."""
    rates = [(rate * seconds, unit) for seconds, unit in _PER]
    times, unit = next((each for each in rates if abs(each[0] - round(each[0])) < 1e-6), rates[-1])
    return f"{times:.6g}/{unit}"

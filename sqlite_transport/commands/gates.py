"""Which gate a verb is about, a queue's or a type's, and the numbers that are set there."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sqlite_transport.limits import MOST, read_count, read_rate

Function = TypeVar("Function", bound=Callable[..., Any])

#: What takes a limit away.
NONE = "none"


def gate_options(function: Function) -> Function:
    """Add --queue and --type."""
    function = click.option("--type", metavar="TYPE", help="Of this type, the task's name.")(
        function
    )
    return click.option("--queue", "-Q", metavar="QUEUE", help="Of this queue.")(function)


def one_gate(gate: dict[str, str | None]) -> dict[str, str]:
    """Return the one that is named, as the API takes it.

    Raises:
        UsageError: none is named, or both are.
    """
    named = {kind: name for kind, name in gate.items() if name is not None}
    if len(named) != 1:
        raise click.UsageError("name one: --queue or --type")
    return named


class Cleared(click.ParamType):  # type: ignore[type-arg]
    """What `none` takes away: it becomes a tuple of the value, or of None.

    So an option that was not given, None, is told from one that takes away.
    """

    def __init__(self, name: str, read: Callable[[str], Any], wanted: str) -> None:
        self.name = f"{name}|{NONE}"
        self.read = read
        self.wanted = wanted

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value in a tuple."""
        try:
            return (None if value == NONE else self.read(value),)
        except ValueError:
            self.fail(f"{value!r} is not {self.wanted}, nor {NONE}", param, ctx)


def _count(value: str) -> int:
    return read_count("", int(value)) or 0


def _rate(value: str) -> str:
    read_rate("", value)
    return value


NUMBER = Cleared("number", _count, f"a whole number from 1 to {MOST}")
RATE = Cleared("rate", _rate, "a rate such as 10/s, 100/m or 1000/h")

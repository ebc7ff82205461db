"""Times on the command line, as click takes them."""

import time
from typing import Any

import click

from sqlite_transport.commands.clock import moment_of, seconds_of


class Span(click.ParamType):  # type: ignore[type-arg]
    """A length of time: `90s`, `10m`, `2h`, `7d`. It becomes seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the seconds."""
        seconds = seconds_of(str(value))
        if seconds is None:
            self.fail(f"{value!r} is no length of time: write 90s, 10m, 2h or 7d", param, ctx)
        return seconds


class Moment(click.ParamType):  # type: ignore[type-arg]
    """A time: ISO 8601, or a length of time from now on, or back from now. It becomes seconds.

    sign: where a length of time leads to, 1 the future, -1 the past.
    """

    def __init__(self, name: str, sign: int) -> None:
        self.name = name
        self.sign = sign

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the seconds since 1970 UTC."""
        text = str(value)
        seconds = 0.0 if text == "now" else seconds_of(text)
        if seconds is not None:
            return time.time() + self.sign * seconds
        moment = moment_of(text)
        if moment is None:
            self.fail(
                f"{value!r} is no time: write 90s, 10m, 2h or 7d, or 2026-01-31T14:03", param, ctx
            )
        return moment


SPAN = Span()
PAST = Moment("ago|iso", -1)
FUTURE = Moment("in|iso", 1)

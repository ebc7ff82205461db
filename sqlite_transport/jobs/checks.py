"""What an operator gives, checked before anything is changed."""

import json
import signal as signals
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isfinite
from typing import Any

from kombu.utils.json import dumps

from sqlite_transport.jobs.errors import JobError
from sqlite_transport.message import timestamp

#: The last moment that a date can tell, and from when on a number is a moment, not a wait.
LAST, FIRST = 253402300799.0, 1e9


def check_queue(name: str, known: Collection[str]) -> None:
    """Refuse a queue that is not there, with those that may be meant.

    Raises:
        JobError: it is none of the known ones.
    """
    if name not in known:
        names = sorted(known)
        like = get_close_matches(name, names) or names
        raise JobError(f"there is no queue {name!r}; there are: {', '.join(like) or 'none'}")


def priority_of(value: object) -> int:
    """Return a priority.

    Raises:
        JobError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9:
        raise JobError(
            f"a priority is a whole number from 0 (most urgent) to 9, not {value!r}"
        ) from None
    return value


def seconds_of(name: str, value: object) -> float:
    """Return a number of seconds.

    Raises:
        JobError: it is none, or negative.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LAST:
        raise JobError(f"{name} is a number of seconds, 0 or more, not {value!r}")
    return float(value)


def moment_of(name: str, value: object) -> float:
    """Return a time as seconds since 1970 UTC: of a number, a datetime, or an ISO 8601 text.

    Without a zone it is UTC.

    Raises:
        JobError: it is none of them.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        moment = _finite(value)
    else:
        moment = timestamp(value)
    if moment is None or moment > LAST:
        raise JobError(
            f"{name} is a time: seconds since 1970, a datetime, or a text such as"
            f" 2030-01-31T12:00:00+00:00, not {value!r}"
        )
    return moment


def _finite(number: float) -> float | None:
    try:
        return float(number) if isfinite(number) else None
    except OverflowError:  # a whole number may be too large for that
        return None


def window_of(value: object) -> float:
    """Return the seconds up to now for which what has ended counts.

    Raises:
        JobError: it is no time.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LAST:
        raise JobError(f"window must be a number of seconds above 0, not {value!r}")
    return float(value)


def date_of(moment: float) -> datetime:
    """Return the moment as Celery takes it."""
    return datetime.fromtimestamp(max(moment, 0.0), UTC)


def args_of(value: object) -> list[Any]:
    """Return positional arguments as JSON has them.

    Raises:
        JobError: they are no list, or cannot be JSON.
    """
    if not isinstance(value, (list, tuple)):
        raise JobError(f"args is a list of a task's arguments, not {value!r}")
    arguments: list[Any] = _as_json("args", list(value))
    return arguments


def kwargs_of(value: object) -> dict[str, Any]:
    """Return named arguments as JSON has them.

    Raises:
        JobError: they are no mapping with names, or cannot be JSON.
    """
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise JobError(f"kwargs maps the names of a task's arguments to them, not {value!r}")
    arguments: dict[str, Any] = _as_json("kwargs", dict(value))
    return arguments


def _as_json(name: str, value: object) -> Any:
    try:
        return json.loads(dumps(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise JobError(f"{name} cannot be JSON: {error}") from error


def signal_of(value: object) -> str:
    """Return a signal's name.

    Raises:
        JobError: there is no such signal.
    """
    try:
        if isinstance(value, int):
            return signals.Signals(value).name
        name = str(value).upper()
        return signals.Signals[name if name.startswith("SIG") else f"SIG{name}"].name
    except (KeyError, ValueError):
        raise JobError(
            f"there is no signal {value!r}: SIGTERM ends a task, SIGKILL one that ignores that"
        ) from None

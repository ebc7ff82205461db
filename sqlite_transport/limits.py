"""The limits that a task declares, as the file keeps them.

A task says them as options: `limit_concurrency=2` (jobs of this type that all
workers together hold at once), `limit_concurrency_per_key=1` (of those with the
same key, which `limit_on` chooses), `limit_rate="10/s"` (starts, as Celery's
`rate_limit`, but over all workers), `circuit_breaker=Breaker()`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery.utils.time import rate as celery_rate

#: Jobs that a limit can be of.
MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a type's jobs are let alone for a while.

    failures: so many in a row open it. seconds: for how long, before one job
    tries whether it works again. on: the exceptions that count; another one
    says nothing of whether the type works. A retry without an exception is no
    failure.
    """

    failures: int = 5
    seconds: float = 60.0
    on: tuple[type[BaseException], ...] = (Exception,)


def declared_limits(task: Any) -> dict[str, Any]:
    """Return what a task declares, by the columns of `control`; empty if it does nothing.

    Raises:
        ValueError: an option is wrong; the message names task and option.
    """
    breaker = getattr(task, "circuit_breaker", None)
    try:
        limits = {
            "concurrency": _read(task, "limit_concurrency", read_count),
            "key_concurrency": _read(task, "limit_concurrency_per_key", read_count),
            "rate": _read(task, "limit_rate", read_rate),
            **(read_breaker(breaker) if breaker is not None else {}),
        }
    except ValueError as error:
        raise ValueError(f"task {task.name!r}: {error}") from None
    return {name: limit for name, limit in limits.items() if limit is not None}


def _read(task: Any, option: str, check: Callable[[str, object], Any]) -> Any:
    return check(option, getattr(task, option, None))


def as_text(limits: dict[str, Any]) -> str:
    """Return what was declared as one text, empty if it is nothing."""
    return json.dumps(limits, sort_keys=True) if limits else ""


def read_count(name: str, value: object) -> int | None:
    """Check a number of jobs.

    Raises:
        ValueError: it is none.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise ValueError(f"{name} must be a whole number from 1 to {MOST}, not {value!r}")
    return value


def read_rate(name: str, value: object) -> float | None:
    """Return how many may start in a second, of Celery's `10/s`, `100/m`, `1000/h` or a number.

    Raises:
        ValueError: it is none of them.
    """
    if value is None:
        return None
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        try:
            found = float(celery_rate(value))
        except (ValueError, KeyError, OverflowError):
            found = 0.0
        if 0.0 < found < 1e6:
            return found
    raise ValueError(f"{name} must be a rate such as '10/s', '100/m' or '1000/h', not {value!r}")


def read_breaker(breaker: Any) -> dict[str, Any]:
    """Return a breaker by the columns of `control`.

    Raises:
        ValueError: it is none, or its numbers are wrong.
    """
    if breaker is True:
        breaker = Breaker()
    if not isinstance(breaker, Breaker):
        raise ValueError(f"circuit_breaker must be True or a Breaker(…), not {breaker!r}")
    return {
        "breaker_failures": read_count("the breaker's failures", breaker.failures),
        "breaker_seconds": read_seconds("the breaker's seconds", breaker.seconds),
    }


def read_seconds(name: str, value: object) -> float:
    """Check a time.

    Raises:
        ValueError: it is no number above zero.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        raise ValueError(f"{name} must be a number above 0, not {value!r}")
    return float(value)


def counts_for_breaker(task: Any, error: BaseException | None) -> bool:
    """Tell whether an exception counts as a failure of the task's type."""
    breaker = getattr(task, "circuit_breaker", None)
    expected = breaker.on if isinstance(breaker, Breaker) else (Exception,)
    return error is not None and isinstance(error, expected)

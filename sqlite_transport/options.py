"""The transport's options: their names, defaults and the check of their values.

They come from the URL's query string or from `broker_transport_options`; the
URL wins. Unknown names are ignored, because kombu adds its own (such as the
retry policy) and because those of another broker may stand beside them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from sqlite_transport.location import is_the_same
from sqlite_transport.retention import NINETY_DAYS, THIRTY_DAYS, Retention, read_retention
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED

Number = TypeVar("Number", int, float)


def _durability(value: object) -> str:
    if value not in ("full", "normal"):
        raise ValueError("must be 'full' or 'normal'")
    return str(value)


def _url(value: object) -> str:
    # It may hold a password, so the sentence must not repeat it.
    if value is not None and not isinstance(value, str):
        raise ValueError("must be a text, the SQLAlchemy URL of a database")
    return value or ""


def _whole(low: int, high: int | None = None) -> Callable[[object], int]:
    def check(value: object) -> int:
        number = _read(int, value) if isinstance(value, str) else value
        if not isinstance(number, int) or isinstance(number, bool) or number < low:
            raise ValueError(f"must be a whole number of at least {low}")
        if high is not None and number > high:
            raise ValueError(f"must be a whole number of at most {high}")
        return number

    return check


def _seconds(low: float) -> Callable[[object], float]:
    def check(value: object) -> float:
        number = None if isinstance(value, bool) else _read(float, value)
        if number is None or not low <= number < inf:
            raise ValueError(f"must be a number of seconds of at least {low}")
        return number

    return check


def _read(kind: Callable[[Any], Number], value: object) -> Number | None:
    try:
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Options:
    """What a connection was told.

    durability: `full` (default): a persistent message survives power loss
        from the moment `.delay()` returns. `normal`: it survives the death of
        any process at that moment, and power loss a little later; faster.
    max_deliveries: how often a message is handed out before it counts as
        poison and goes to history as failed; 0 means without limit.
    default_priority: the priority of a message that names none, 0 (most
        urgent) to 9.
    busy_timeout: seconds to wait for another program's lock on the file.
        Processes of this package wait for each other without limit instead,
        in the order of the write turn.
    history_completed, history_failed, history_cancelled: how long a job that
        ended so stays in the history (see `retention`).
    history_url: the SQLAlchemy URL of the database that the history goes to;
        empty for the queue's own file, also if it was named. Only who consumes looks what it says.
    """

    durability: str = "full"
    max_deliveries: int = 5
    default_priority: int = 5
    busy_timeout: float = 5.0
    history_completed: Retention = THIRTY_DAYS
    history_failed: Retention = NINETY_DAYS
    history_cancelled: Retention = NINETY_DAYS
    history_url: str = ""

    def retention(self) -> dict[str, Retention]:
        """Return by status how long the history is kept."""
        return {
            COMPLETED: self.history_completed,
            FAILED: self.history_failed,
            CANCELLED: self.history_cancelled,
        }


CHECKS: dict[str, Callable[[object], Any]] = {
    "durability": _durability,
    "max_deliveries": _whole(0),
    "default_priority": _whole(0, 9),
    "busy_timeout": _seconds(0.0),
    "history_completed": read_retention,
    "history_failed": read_retention,
    "history_cancelled": read_retention,
    "history_url": _url,
}


def read_options(
    query: Mapping[str, Any], settings: Mapping[str, Any], path: Path | None = None
) -> Options:
    """Check the options of a URL's query string and of `broker_transport_options`.

    path: where the queue's file is, None if the broker is another one.

    Raises:
        ValueError: a known option has a wrong value; the message names it.
    """
    given = {**settings, **query}
    checked: dict[str, Any] = {}
    for field in fields(Options):
        if field.name in given:
            value = given[field.name]
            try:
                checked[field.name] = CHECKS[field.name](value)
            except ValueError as error:
                raise ValueError(
                    f"the transport option {field.name!r} {error}, not {value!r}"
                ) from None
    if path is not None and is_the_same(path, checked.get("history_url", "")):
        checked["history_url"] = ""
    return Options(**checked)

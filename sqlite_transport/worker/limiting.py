"""What the code of this worker declares of its tasks' limits goes into the file when it starts."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from sqlite_transport import controls
from sqlite_transport.broker import Broker
from sqlite_transport.controls import TYPE
from sqlite_transport.limits import as_text, declared_limits

logger = logging.getLogger("sqlite_transport")


def limits_of(tasks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each of the tasks declares.

    Raises:
        ValueError: one of them declares what cannot be.
    """
    return {name: declared_limits(task) for name, task in tasks.items()}


def declare(broker: Broker, declared: Mapping[str, Mapping[str, Any]]) -> None:
    """Have the declared limits hold; one that an operator has changed since stays as it is.

    What the code does not say any more, it takes back; of types that this
    worker does not know it says nothing.
    """
    known = {
        each.name: each
        for each in controls.find_controls(broker.database.reader)
        if each.kind == TYPE
    }
    news = {
        name: limits
        for name, limits in declared.items()
        if as_text(dict(limits)) != (known[name].declared or "" if name in known else "")
    }
    if not news:
        return
    with broker.database.writing as connection:
        for name, limits in news.items():
            control = controls.find_control(connection, TYPE, name)
            controls.declare(connection, control, limits, as_text(dict(limits)))
    broker.release(time.time())


def warn(declared: Mapping[str, Mapping[str, Any]], url: str) -> None:
    """Tell in the log that another broker knows no limits over all workers."""
    limited = sorted(name for name, limits in declared.items() if limits)
    if limited:
        logger.warning(
            "The limits and breakers of %s do not hold: the broker at %s has none over all workers",
            ", ".join(limited),
            url.partition("://")[0] + "://",
        )

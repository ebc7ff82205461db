"""Sending a task as the application does, whatever its broker is."""

import time
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from kombu.exceptions import EncodeError

from sqlite_transport.jobs.checks import (
    FIRST,
    args_of,
    date_of,
    kwargs_of,
    moment_of,
    priority_of,
    seconds_of,
)
from sqlite_transport.jobs.errors import JobError


def options_of(
    queue: str | None, priority: int | None, countdown: float | None, eta: object, expires: object
) -> dict[str, Any]:
    """Return what `apply_async` takes, without what is not said.

    Raises:
        JobError: a value cannot be used.
    """
    options = {
        "queue": queue or None,
        "priority": None if priority is None else priority_of(priority),
        "eta": _eta(countdown, eta),
        "expires": _expires(expires),
    }
    return {name: value for name, value in options.items() if value is not None}


def send(
    app: Any,
    name: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    strict: bool,
    options: dict[str, Any],
) -> str:
    """Send a task and return its id.

    strict: refuse a task that this process does not know.

    Raises:
        JobError: it cannot be sent, and why.
    """
    args_of(args)
    kwargs_of(kwargs)
    if not isinstance(name, str) or not name:
        raise JobError(f"a job's type is the name of its task, not {name!r}")
    if app.conf.task_always_eager:
        raise JobError("the application runs its tasks itself (task_always_eager)")
    if name not in app.tasks:
        app.loader.import_default_modules()
    task = app.tasks.get(name)
    if task is None and strict:
        like = get_close_matches(name, app.tasks) or sorted(app.tasks)
        raise JobError(f"the application has no task {name!r}; it has {', '.join(like[:5])}")
    try:
        if task is None:
            usual = app.conf.task_default_priority
            if usual is not None:  # which a known task has from its class
                options.setdefault("priority", usual)
            result = app.send_task(name, args, kwargs, **options)
        else:
            result = task.apply_async(args, kwargs, **options)
    except (TypeError, ValueError, EncodeError) as error:
        raise JobError(f"the task {name!r} cannot be sent: {error}") from error
    return str(result.id)


def _eta(countdown: object, eta: object) -> object:
    if countdown is not None and eta is not None:
        raise JobError("give a countdown or an eta, not both")
    if countdown is not None:
        return date_of(time.time() + seconds_of("countdown", countdown))
    return None if eta is None else date_of(moment_of("eta", eta))


def _expires(expires: object) -> object:
    if expires is None:
        return None
    if isinstance(expires, (int, float)) and not isinstance(expires, bool) and expires < FIRST:
        return seconds_of("expires", expires)
    return date_of(moment_of("expires", expires))

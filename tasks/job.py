"""How a function becomes a job."""

from collections.abc import Callable
from typing import Any

from media.errors import MediaError
from tasks import app


def job(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function the job `name`; further options are those of Celery's tasks.

    The services' named errors fail the job with their sentence alone: they are
    foreseen, so no traceback goes to the log.
    """
    register: Callable[[Callable[..., Any]], Any] = app.task(
        name=name, throws=(MediaError,), **options
    )
    return register

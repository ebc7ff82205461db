"""How a function becomes a job."""

from collections.abc import Callable
from typing import Any

from celery import signals
from celery.utils.log import get_task_logger

from media.errors import MediaError
from tasks import app

logger = get_task_logger(__name__)


def job(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function the job `name`; further options are those of Celery's tasks.

    The services' named errors are foreseen: such a failure is one line in the
    log, an error and not a traceback.
    """
    register: Callable[[Callable[..., Any]], Any] = app.task(
        name=name, throws=(MediaError,), **options
    )
    return register


def _log_foreseen(exception: BaseException, **_: Any) -> None:
    # Celery itself reports what a task foresees at a level that workers do not show.
    if isinstance(exception, MediaError):
        logger.error("failed: %s: %s", type(exception).__name__, exception)


signals.task_failure.connect(_log_foreseen)

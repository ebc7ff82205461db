"""How a function becomes a job.

A job is tried again after what may pass, by `tasks.retry`, and fails at once
after what stays. A job that names the next one sends it when it is done, and
also when a service outside has let it down for good, or kept it for too long: the movie
goes its way with what there is, and the failure stands in the history.
"""

from collections.abc import Callable
from typing import Any

from celery import signals
from celery.exceptions import SoftTimeLimitExceeded
from celery.utils.log import get_task_logger
from pydantic import BaseModel

from media.errors import LastingError, MediaError, PassingError
from tasks import app
from tasks.chain import goes_on_after, send
from tasks.request import MovieRequest
from tasks.retry import is_spent, try_later

logger = get_task_logger(__name__)

# A mount that hangs must not keep a worker for ever.
TIME_LIMIT_SECONDS = 30 * 60
# What does not even react to being told so is killed.
_GRACE_SECONDS = 60


class OutOfTimeError(LastingError):
    """A job ran for longer than it may."""


Function = Callable[[Any, Any], dict[str, object]]
WhenFailed = Callable[[Any, MediaError], None]
BeforeRetry = Callable[[Any, Any, PassingError], dict[str, object] | None]


def job(
    name: str,
    payload: type[BaseModel],
    then: str | None = None,
    when_failed: WhenFailed | None = None,
    before_retry: BeforeRetry | None = None,
    time_limit: int = TIME_LIMIT_SECONDS,
    **options: Any,
) -> Callable[[Function], Any]:
    """Make a function of the task and its request the job `name`.

    then: the job that comes next for the same movie, whatever the configuration
    is. when_failed: called with the request and the error when the job has failed for
    good. before_retry: called with the task, the request and an error that may pass; an
    answer ends the job with it, None leaves all as usual. time_limit: seconds after
    which it fails with `OutOfTimeError`, in a pool of processes; what does not end by
    that is killed, and sends nothing. Further options are those of Celery's tasks and of
    `sqlite_transport.task`.

    The services' named errors are foreseen: such a failure is one line in the
    log, an error and not a traceback.
    """
    options = {
        "soft_time_limit": time_limit,
        "time_limit": time_limit + _GRACE_SECONDS,
        "throws": (MediaError,),
        # They are this application's, not of every other one in the same process.
        "shared": False,
        # What a job did is told to whoever looks at it.
        "ignore_result": False,
        **options,
    }

    def register(function: Function) -> Any:
        def run(self: Any, request: Any) -> dict[str, object]:
            try:
                answer = _in_time(function, self, request)
            except MediaError as error:
                if isinstance(error, PassingError):
                    if before_retry and (instead := before_retry(self, request, error)):
                        return instead
                    if not is_spent(self, error):
                        raise try_later(self, error) from error
                if when_failed:
                    when_failed(request, error)
                if then and (goes_on_after(error) or isinstance(error, OutOfTimeError)):
                    _send_next(then, request)
                raise
            if then:
                _send_next(then, request)
            return answer

        run.__name__, run.__doc__, run.__module__ = (
            function.__name__,
            function.__doc__,
            function.__module__,
        )
        return app.task(name=name, bind=True, payload=payload, **options)(run)

    return register


def _in_time(function: Function, task: Any, request: Any) -> dict[str, object]:
    try:
        return function(task, request)
    except SoftTimeLimitExceeded:
        raise OutOfTimeError(
            f"{task.name} ran for longer than it may: does a disk hang, or a service drip?"
        ) from None


def _send_next(name: str, request: MovieRequest) -> None:
    send(name, MovieRequest(movie_id=request.movie_id, origin=request.origin))


def _log_foreseen(exception: BaseException, **_: Any) -> None:
    # Celery itself reports what a task foresees at a level that workers do not show.
    if isinstance(exception, MediaError):
        logger.error("failed: %s: %s", type(exception).__name__, exception)


signals.task_failure.connect(_log_foreseen)

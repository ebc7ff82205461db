"""How one job sends the next.

Each is a job of its own, and Celery gives it the first one's id as its root.
A movie's step that waits already is not sent twice: the tasks say `unique`.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from media.errors import (
    BrokenImageError,
    CacheUnavailableError,
    CircuitOpenError,
    InvalidAnswerError,
    MediaError,
    NotFoundAtServiceError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    UnsafeAddressError,
)
from tasks import app
from tasks.request import Request

# What the world outside has done: nobody at home is to go without their NFO for it.
_OUTSIDE = (
    BrokenImageError,
    CacheUnavailableError,
    CircuitOpenError,
    InvalidAnswerError,
    NotFoundAtServiceError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    UnsafeAddressError,
)


def send(name: str, request: Request, **options: Any) -> str:
    """Send the job `name`; returns its id, or that of the one that waits already."""
    fields = request.model_dump(mode="json", by_alias=True)
    return str(_task(name).apply_async(kwargs=fields, **options).id)


def _task(name: str) -> Any:
    if name not in app.tasks:
        # A worker has all jobs at hand; who runs one directly may have imported that alone.
        app.loader.import_default_modules()
    return app.tasks[name]


def send_all(name: str, requests: Iterable[Request]) -> int:
    """Send a job for each request, all in one transaction; returns how many they were."""
    sent = 0
    with app.producer_or_acquire() as producer, _batch(producer):
        for request in requests:
            send(name, request, producer=producer)
            sent += 1
    return sent


def _batch(producer: Any) -> AbstractContextManager[Any]:
    # kombu 5.6 has no batches: there each is sent by itself.
    begin: Callable[[], AbstractContextManager[Any]] = getattr(producer, "batch", nullcontext)
    return begin()


def goes_on_after(error: MediaError) -> bool:
    """Whether the movie goes on to its next job although this one has failed for good."""
    return isinstance(error, _OUTSIDE)

"""When a job is tried again: what `tasks.retry` makes of each error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery.exceptions import Retry

from media import errors
from media.errors import (
    CircuitOpenError,
    LastingError,
    PassingError,
    PlayerBusyError,
    RateLimitedError,
    ServiceFailedError,
    StillCopyingError,
)
from tasks import app
from tasks.chain import goes_on_after
from tasks.publish import publish
from tasks.retry import BACKOFFS, Backoff, is_spent, try_later

pytestmark = pytest.mark.usefixtures("memory_broker")


def all_of(kind: type[Exception]) -> set[type[Any]]:
    named = {error for error in vars(errors).values() if isinstance(error, type)}
    return {error for error in named if issubclass(error, kind) and error is not kind}


@contextmanager
def running(retries: int = 0, **headers: Any) -> Iterator[Any]:
    """Be within an attempt of the job, as a worker is."""
    publish.push_request(
        args=(),
        kwargs={"movie_id": 1},
        retries=retries,
        called_directly=False,
        id="1",
        delivery_info={},
        **headers,
    )
    try:
        yield publish
    finally:
        publish.pop_request()


def retry_after(error: PassingError, retries: int = 0, **headers: Any) -> Retry:
    with running(retries, **headers) as task:
        again = try_later(task, error)
    assert isinstance(again, Retry)
    return again


def test_every_error_that_may_pass_has_its_waits() -> None:
    assert set(BACKOFFS) == all_of(PassingError)


def test_waits_double_up_to_a_ceiling() -> None:
    backoff = Backoff(first=5, ceiling=60, retries=9)
    assert [backoff.countdown(retried) for retried in range(5)] == [5, 10, 20, 40, 60]
    assert backoff.countdown(10_000) == 60


def test_a_service_that_failed_is_asked_again_after_growing_waits() -> None:
    waits = [retry_after(ServiceFailedError("x"), retries).when for retries in range(3)]
    assert waits == [5, 10, 20]


def test_whoever_says_how_long_is_believed() -> None:
    waits = {retry_after(RateLimitedError("x", retry_after=20.0)).when for _ in range(5)}
    assert all(20 <= wait <= 25 for wait in waits)
    # Others wait for the same, and are not to come at the same moment.
    assert len(waits) > 1


def test_who_says_that_no_time_is_needed_is_not_believed() -> None:
    waits = [retry_after(ServiceFailedError("x", retry_after=0.0), n).when for n in range(3)]
    assert waits == [5, 10, 20]
    assert retry_after(ServiceFailedError("x", retry_after=100.0)).when >= 100
    assert retry_after(RateLimitedError("x", retry_after=0.0)).when == 30


def test_what_an_attempt_saw_goes_with_the_next() -> None:
    error = StillCopyingError("x")
    error.remembers = {"seen": {"a.mkv": [1, 2]}}
    assert retry_after(error).sig.kwargs == {"movie_id": 1, "seen": {"a.mkv": [1, 2]}}


def test_attempts_come_to_an_end() -> None:
    limit = BACKOFFS[ServiceFailedError].retries
    for retries, spent in ((0, False), (limit - 1, False), (limit, True)):
        with running(retries) as task:
            assert is_spent(task, ServiceFailedError("x")) is spent


def test_waiting_for_a_service_that_nobody_may_ask_is_no_attempt() -> None:
    limit = BACKOFFS[ServiceFailedError].retries
    with running(limit) as task:
        assert not is_spent(task, CircuitOpenError("x", retry_after=60))
    again = retry_after(CircuitOpenError("x", retry_after=60), retries=4)
    waited = again.sig.options["headers"]
    with running(limit, **waited) as task:
        assert not is_spent(task, ServiceFailedError("x"))
    with running(limit + 1, **waited) as task:
        assert is_spent(task, ServiceFailedError("x"))
    more = retry_after(ServiceFailedError("x"), retries=5, **waited)
    assert more.sig.options["headers"] == waited


@pytest.mark.parametrize(("error", "hours"), [(CircuitOpenError, 2), (PlayerBusyError, 24)])
def test_nobody_waits_for_ever(
    error: type[PassingError], hours: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = time.time()
    headers = retry_after(error("x", retry_after=60)).sig.options["headers"]
    for passed, spent in ((hours - 0.1, False), (hours + 0.1, True)):
        monkeypatch.setattr(time, "time", lambda passed=passed: start + passed * 3600)
        # That it was let through meanwhile does not begin the waiting anew.
        headers = retry_after(ServiceFailedError("x"), 2, **headers).sig.options["headers"]
        headers = retry_after(error("x", retry_after=60), 3, **headers).sig.options["headers"]
        with running(1, **headers) as task:
            assert is_spent(task, error("x")) is spent


def test_a_job_that_a_person_sends_again_begins_anew() -> None:
    long_ago = {"media_waits": 130, "media_waits_since": time.time() - 90_000}
    with running(0, **long_ago) as task:
        assert not is_spent(task, CircuitOpenError("x"))
        assert not is_spent(task, ServiceFailedError("x"))
    again = retry_after(ServiceFailedError("x"), 0, **long_ago)
    assert again.when == 5
    waited = again.sig.options["headers"]
    with running(BACKOFFS[ServiceFailedError].retries, **waited) as task:
        assert is_spent(task, ServiceFailedError("x"))


def test_a_movie_goes_on_without_the_world_outside_only() -> None:
    going_on = {error.__name__ for error in all_of(errors.MediaError) if goes_on_after(error("x"))}
    assert going_on == {
        "BrokenImageError",
        "CacheUnavailableError",
        "CircuitOpenError",
        "InvalidAnswerError",
        "NotFoundAtServiceError",
        "RateLimitedError",
        "ServiceFailedError",
        "ServiceRefusedError",
        "ServiceTimedOutError",
        "ServiceUnreachableError",
        "UnsafeAddressError",
    }


def test_no_error_is_both_passing_and_lasting() -> None:
    assert not all_of(PassingError) & all_of(LastingError)
    assert app.tasks["publish"] is not None

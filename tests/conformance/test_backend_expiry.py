"""Results do not stay for ever."""

import time
from datetime import timedelta
from typing import Any

import celery
import pytest

from .backends import Backends, name


def gone(backend: Any, task: str) -> bool:
    deadline = time.monotonic() + 60
    while backend.get_task_meta(task, cache=False)["status"] != "PENDING":
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("expires", [1, 1.0, timedelta(seconds=1)])
def test_a_result_expires(backends: Backends, expires: Any) -> None:
    backend = backends.make(result_expires=expires)
    stayed = backends.make(result_expires=3600)
    backend.mark_as_done(task := name(), 1)
    stayed.mark_as_done(other := name(), 1)

    assert gone(backends.make(), task)
    assert stayed.get_state(other) == "SUCCESS"


def test_an_expired_success_is_no_longer_final(backends: Backends) -> None:
    backend = backends.make(result_expires=1)
    backend.mark_as_done(task := name(), "first")
    assert gone(backends.make(), task)

    backends.make().mark_as_done(task, "second")

    assert backends.make().get_result(task) == "second"


def test_a_group_expires(backends: Backends) -> None:
    groups = {}
    for seconds in (1, 3600):
        backend = backends.make(result_expires=seconds)
        app = backend.app
        app.GroupResult(group := name(), [app.AsyncResult(name())]).save()
        groups[seconds] = group

    time.sleep(1.2)

    assert backend.restore_group(groups[1], cache=False) is None
    assert backend.restore_group(groups[3600], cache=False)


@pytest.mark.parametrize("never", [None, 0])
def test_some_never_do(backends: Backends, never: Any) -> None:
    backend = backends.make(result_expires=never)
    backend.mark_as_done(task := name(), 1)

    assert backend.get_state(task) == "SUCCESS"


@pytest.mark.skipif(celery.VERSION < (5, 7), reason="result_failure_expires came with Celery 5.7")
def test_failures_may_stay_longer(backends: Backends) -> None:
    backend = backends.make(result_expires=1, result_failure_expires=100)
    backend.mark_as_failure(failed := name(), ValueError())
    backend.mark_as_done(done := name(), 1)

    assert gone(backends.make(), done)
    assert backends.make().get_state(failed) == "FAILURE"

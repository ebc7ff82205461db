"""What is stored is what is read, until it is forgotten."""

import sys
from typing import Any

import pytest
from celery import states
from celery.exceptions import TaskRevokedError

from .backends import Backends, name, request


class OddError(Exception):
    def __init__(self, one: object, two: object) -> None:
        super().__init__(one, two)


def test_nothing_is_pending(backend: Any) -> None:
    assert backend.get_task_meta(name()) == {"status": "PENDING", "result": None}
    assert backend.get_state(name()) == "PENDING"
    assert backend.get_result(name()) is None


def test_a_success(backend: Any) -> None:
    backend.mark_as_done(task := name(), {"a": [1, None, "ü"]})

    meta = backend.get_task_meta(task)

    assert (meta["status"], meta["result"]) == ("SUCCESS", {"a": [1, None, "ü"]})
    assert meta["task_id"] == task
    assert meta["date_done"]
    assert meta["traceback"] is None


def test_a_failure(backend: Any) -> None:
    backend.mark_as_failure(task := name(), KeyError("x"), traceback="the traceback")

    assert backend.get_state(task) == "FAILURE"
    assert isinstance(backend.get_result(task), KeyError)
    assert backend.get_result(task).args == ("x",)
    assert backend.get_traceback(task) == "the traceback"


def test_an_exception_of_ones_own_is_rebuilt(backend: Any) -> None:
    backend.mark_as_failure(task := name(), OddError(1, "two"))

    error = backend.get_result(task)

    assert type(error) is OddError
    assert error.args == (1, "two")


def test_an_exception_that_nobody_knows_here_is_made_up(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.mark_as_failure(task := name(), OddError(1, 2))
    monkeypatch.delattr(sys.modules[__name__], "OddError")

    assert type(backend.get_result(task)).__name__ == "OddError"


@pytest.mark.parametrize("state", ["PROGRESS", "STARTED", "RETRY", "MADE-UP"])
def test_a_state_in_between(backend: Any, state: str) -> None:
    value: Any = ValueError("again") if state == "RETRY" else {"percent": 40}
    backend.store_result(task := name(), value, state)

    meta = backend.get_task_meta(task)

    assert meta["status"] == state
    assert repr(meta["result"]) == repr(value)
    assert meta["date_done"] is None


def test_states_follow_each_other(backend: Any) -> None:
    task = name()
    for state in ("STARTED", "PROGRESS", "RETRY", "FAILURE", "STARTED", "SUCCESS"):
        value = ValueError() if state in states.EXCEPTION_STATES else state
        backend.store_result(task, value, state)
        assert backend.get_state(task) == state


@pytest.mark.parametrize("late", ["FAILURE", "STARTED", "SUCCESS", "REVOKED"])
def test_a_success_is_final(backend: Any, late: str) -> None:
    backend.mark_as_done(task := name(), "first")

    value = ValueError() if late in states.EXCEPTION_STATES else "second"
    backend.store_result(task, value, late)

    assert backend.get_task_meta(task, cache=False)["result"] == "first"


def test_revoked(backend: Any) -> None:
    backend.mark_as_revoked(task := name(), "expired")

    assert backend.get_state(task) == "REVOKED"
    assert isinstance(backend.get_result(task), TaskRevokedError)


def test_a_retry_keeps_the_exception(backend: Any) -> None:
    backend.mark_as_retry(task := name(), OSError("disk"), traceback="tb")

    assert backend.get_state(task) == "RETRY"
    assert isinstance(backend.get_result(task), OSError)


def test_an_ignored_result_is_not_there(backend: Any) -> None:
    backend.mark_as_done(task := name(), 1, request(ignore_result=True))

    assert backend.get_state(task) == "PENDING"


def test_children_parents_and_groups_are_told(backends: Backends) -> None:
    app = backends.app()
    child, group_id, parent = app.AsyncResult(name()), name(), name()
    told = request(group=group_id, parent_id=parent, _children=[child])
    app.backend.mark_as_done(task := name(), 1, told)

    assert [result.id for result in app.AsyncResult(task).children] == [child.id]
    meta = app.backend.get_task_meta(task)
    assert (meta["group_id"], meta["parent_id"]) == (group_id, parent)


def test_extended_results(backends: Backends) -> None:
    backend = backends.make(result_extended=True)
    told = request(task="films.scan", args=[1], kwargs={"x": 2}, hostname="w@h", retries=3)
    told.delivery_info = {"routing_key": "films"}
    backend.mark_as_done(told.id, "y", told)

    result = backend.app.AsyncResult(told.id)

    assert (result.name, result.args, result.kwargs) == ("films.scan", [1], {"x": 2})
    assert (result.worker, result.retries, result.queue) == ("w@h", 3, "films")


def test_what_is_forgotten_is_pending(backend: Any) -> None:
    backend.mark_as_done(task := name(), 1)
    result = backend.app.AsyncResult(task)
    assert result.result == 1

    result.forget()

    assert backend.get_state(task) == "PENDING"
    backend.forget(name())  # what was never there


def test_exists(backend: Any) -> None:
    if not hasattr(backend.app.AsyncResult, "exists"):
        pytest.skip("came with Celery 5.7")
    backend.store_result(task := name(), None, "STARTED")

    assert backend.task_result_exists(task)
    assert not backend.task_result_exists(name())


def test_a_task_needs_a_name(backend: Any) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        backend.mark_as_done("", 1)


@pytest.mark.parametrize("task", ["plain", "ü\n\tä", "x" * 3000, "*", "with spaces'\"--"])
def test_any_name_will_do(backend: Any, task: str) -> None:
    backend.mark_as_done(task, task)

    assert backend.get_result(task) == task


def test_get_many_looks_once(backend: Any) -> None:
    ids = [name() for _ in range(1500)]
    for number, task in enumerate(ids[:1200]):
        backend.mark_as_done(task, number)

    found = dict(backend.get_many(ids, max_iterations=1, interval=0.01))

    assert {task: meta["result"] for task, meta in found.items()} == dict(
        zip(ids[:1200], range(1200), strict=True)
    )


def test_a_pickled_result_finds_its_backend(backends: Backends) -> None:
    import pickle

    backend = backends.make(result_serializer="pickle")
    backend.mark_as_done(task := name(), 1)
    backend.app.set_current()

    thawed = pickle.loads(pickle.dumps(backend.app.AsyncResult(task)))

    assert thawed.get(timeout=60) == 1
    assert thawed.backend.url == backend.url

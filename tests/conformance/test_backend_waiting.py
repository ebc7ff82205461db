"""Waiting for results, of whichever thread."""

import threading
from collections.abc import Callable
from typing import Any

import celery
import pytest
from celery.exceptions import TimeoutError as CeleryTimeoutError
from receiving import eventually

from .backends import Backends, name

PATIENCE = 240


@pytest.fixture
def later() -> Any:
    """Do something in another thread in a moment."""
    threads = []

    def later(work: Callable[..., object], *arguments: object, after: float = 0.1) -> None:
        threads.append(threading.Timer(after, work, arguments))
        threads[-1].start()

    yield later
    for thread in threads:
        thread.join()


def store(backends: Backends, values: dict[str, Any]) -> None:
    backend = backends.make()
    for task, value in values.items():
        backend.mark_as_done(task, value)


def test_a_result_that_is_there(backend: Any) -> None:
    backend.mark_as_done(task := name(), 5)

    assert backend.app.AsyncResult(task).get(timeout=PATIENCE) == 5


def test_a_result_to_come(backend: Any, backends: Backends, later: Any) -> None:
    later(store, backends, {(task := name()): 5})

    assert backend.app.AsyncResult(task).get(timeout=PATIENCE) == 5


def test_a_failure_is_raised(backend: Any, backends: Backends, later: Any) -> None:
    task = name()
    later(lambda: backends.make().mark_as_failure(task, KeyError("k")))

    with pytest.raises(KeyError, match="k"):
        backend.app.AsyncResult(task).get(timeout=PATIENCE)


def test_a_failure_that_is_not_to_be_raised(backend: Any) -> None:
    backend.mark_as_failure(task := name(), KeyError("k"))

    assert (
        repr(backend.app.AsyncResult(task).get(timeout=PATIENCE, propagate=False))
        == "KeyError('k')"
    )


def test_the_time_is_over(backend: Any) -> None:
    with pytest.raises(CeleryTimeoutError):
        backend.app.AsyncResult(name()).get(timeout=0.2)


@pytest.mark.skipif(celery.VERSION < (5, 7), reason="before, 0 meant to wait for ever")
def test_no_time_at_all(backend: Any) -> None:
    backend.mark_as_done(task := name(), 1)

    assert backend.app.AsyncResult(task).get(timeout=0) == 1
    with pytest.raises(CeleryTimeoutError):
        backend.app.AsyncResult(name()).get(timeout=0)


def test_waiting_goes_on_after_the_time_was_over(
    backend: Any, backends: Backends, later: Any
) -> None:
    result = backend.app.AsyncResult(name())
    with pytest.raises(CeleryTimeoutError):
        result.get(timeout=0.1)
    later(store, backends, {result.id: 1})

    assert result.get(timeout=PATIENCE) == 1


def test_states_in_between_are_told(backend: Any, backends: Backends, later: Any) -> None:
    task, told = name(), []

    def work() -> None:
        other = backends.make()
        for percent in (1, 2):

            def is_told(state: dict[str, int] = {"percent": percent}) -> bool:  # noqa: B006
                """Store it again: on Redis nobody hears what is said before they listen."""
                other.store_result(task, state, "PROGRESS")
                return state in [meta["result"] for meta in told]

            eventually(is_told, PATIENCE)
        other.mark_as_done(task, "done")

    later(work)
    result = backend.app.AsyncResult(task)

    assert result.get(timeout=PATIENCE, on_message=told.append) == "done"
    states = [str(meta["result"]) for meta in told]
    assert [*dict.fromkeys(states)] == ["{'percent': 1}", "{'percent': 2}", "done"]


def test_a_pause_is_told(backend: Any, backends: Backends, later: Any) -> None:
    task, paused = name(), []

    def pause() -> None:
        if not paused:
            later(store, backends, {task: 1})
        paused.append(1)

    assert backend.app.AsyncResult(task).get(timeout=PATIENCE, on_interval=pause) == 1


def test_a_group_is_joined_in_order(backend: Any, backends: Backends, later: Any) -> None:
    app = backend.app
    ids = [name() for _ in range(30)]
    values = dict(zip(ids, range(30), strict=True))
    backend.mark_as_done(ids[7], 7)
    later(store, backends, dict(reversed(values.items())))

    group = app.GroupResult(name(), [app.AsyncResult(task) for task in ids])

    assert group.join_native(timeout=PATIENCE) == list(range(30))
    assert group.get(timeout=PATIENCE) == list(range(30))
    assert group.successful()


def test_results_are_given_as_they_come(backend: Any, backends: Backends, later: Any) -> None:
    app = backend.app
    ids = [name() for _ in range(5)]
    group = app.ResultSet([app.AsyncResult(task) for task in ids])
    later(store, backends, dict.fromkeys(ids, 1))

    assert {task for task, _ in group.iter_native(timeout=PATIENCE)} == set(ids)


def test_a_failed_member_fails_the_join(backend: Any, backends: Backends, later: Any) -> None:
    app = backend.app
    good, bad = name(), name()
    group = app.GroupResult(name(), [app.AsyncResult(good), app.AsyncResult(bad)])
    later(lambda: backends.make().mark_as_failure(bad, KeyError("k")))
    later(store, backends, {good: 1})

    with pytest.raises(KeyError):
        group.join_native(timeout=PATIENCE)


def test_groups_in_groups(backend: Any, backends: Backends, later: Any) -> None:
    app = backend.app
    first, second, third = name(), name(), name()
    backend.mark_as_done(second, 2)
    inner = app.GroupResult(name(), [app.AsyncResult(first), app.AsyncResult(second)])
    outer = app.GroupResult(name(), [inner, app.AsyncResult(third)])
    later(store, backends, {first: 1, third: 3})

    assert outer.join_native(timeout=PATIENCE) == [[1, 2], 3]


def test_a_callback_is_called(backend: Any, backends: Backends, later: Any) -> None:
    called: list[Any] = []
    result, other = backend.app.AsyncResult(name()), backend.app.AsyncResult(name())
    result.then(lambda ready: called.append(ready.result))
    values, paused = {result.id: "x", other.id: "y"}, []

    def pause() -> None:
        """Store them when it waits: on Redis, of what is there before, no other is told."""
        if not paused:
            later(store, backends, values)
        paused.append(1)

    other.get(timeout=PATIENCE, on_interval=pause)

    assert called == ["x"]


def test_a_callback_of_a_group_is_called(backend: Any, backends: Backends, later: Any) -> None:
    app = backend.app
    called: list[Any] = []
    group = app.GroupResult(name(), [app.AsyncResult(name()) for _ in range(3)])
    group.then(lambda ready: called.append(ready.id))
    later(store, backends, {result.id: 1 for result in group})

    group.get(timeout=PATIENCE)

    assert called == [group.id]


@pytest.mark.skipif(celery.VERSION < (5, 7), reason="before, only the first of them was told")
def test_two_may_wait_for_the_same(backend: Any, backends: Backends, later: Any) -> None:
    one, two = backend.app.AsyncResult(task := name()), backend.app.AsyncResult(task)
    one.then(lambda _: None)
    two.then(lambda _: None)
    later(store, backends, {task: 1})

    assert two.get(timeout=PATIENCE) == 1
    assert one.get(timeout=PATIENCE) == 1


def test_what_is_forgotten_can_be_waited_for(backend: Any, backends: Backends, later: Any) -> None:
    backend.mark_as_done(task := name(), "old")
    backend.app.AsyncResult(task).forget()
    later(store, backends, {task: "new"})

    assert backend.app.AsyncResult(task).get(timeout=PATIENCE) == "new"


@pytest.mark.parametrize("shared", [False, True])
def test_threads_wait_beside_each_other(backends: Backends, shared: bool) -> None:
    if shared and backends.kind == "redis" and celery.VERSION < (5, 7):
        pytest.skip("threads that share Celery 5.6's Redis backend take each other's results")
    app = backends.app(result_backend_thread_safe=shared)
    ids = [[name() for _ in range(10)] for _ in range(8)]
    got: dict[int, list[int]] = {}

    def wait(number: int) -> None:
        results = [app.AsyncResult(task) for task in ids[number]]
        got[number] = [result.get(timeout=PATIENCE) for result in results]

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    store(backends, {ids[number][k]: number * k for k in range(10) for number in range(8)})
    for thread in threads:
        thread.join()

    assert got == {number: [number * k for k in range(10)] for number in range(8)}

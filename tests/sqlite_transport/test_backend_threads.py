"""Threads and greenlets that wait for results together."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from celery.exceptions import TimeoutError as CeleryTimeoutError
from receiving import PATIENCE, eventually

from sqlite_transport import storing

Make = Callable[..., Any]
TASK = "the-task"


def result(backend: Any, task: str = TASK) -> Any:
    return backend.app.AsyncResult(task)


def test_one_drains_for_all_and_sleeps_while_nobody_waits(backend: Any, make: Make) -> None:
    """What a process does that gevent has patched, with a thread as its greenlet."""
    consumer = backend.result_consumer
    consumer._drains_alone = True
    kept = result(backend)
    stop = threading.Event()

    def drain() -> None:
        while not stop.is_set():
            consumer.drain_events(timeout=0.05)

    thread = threading.Thread(target=drain)
    consumer._start_once(thread.start)
    consumer.drainer._started = stop
    consumer._start_once(lambda: pytest.fail("it is started once"))
    time.sleep(0.15)
    kept.then(lambda _: None)
    make().mark_as_done(TASK, 1)
    eventually(lambda: kept._cache)
    stop.set()
    consumer._start_once(lambda: None)

    assert kept._cache["result"] == 1
    assert result(backend).get(timeout=PATIENCE) == 1
    thread.join()
    consumer._only.close()


def test_one_thread_hears_of_anothers_result_first(make: Make) -> None:
    backend = make(result_backend_thread_safe=True)
    consumer = backend.result_consumer
    first, second = result(backend, "first"), result(backend, "second")
    got: list[int] = []
    thread = threading.Thread(target=lambda: got.append(first.get(timeout=PATIENCE)))
    thread.start()
    eventually(lambda: consumer._waiting)
    payload = backend.encode({"status": "SUCCESS", "result": 1, "traceback": None})
    row = storing.results.Row("first", "SUCCESS", payload, time.time(), None)
    storing.results.store(backend.database, row)
    consumer._take_note(["first"], consumer._waiter())
    consumer._take_note(["first"], consumer._waiter())
    thread.join()
    make().mark_as_done("second", 2)

    assert got == [1]
    assert second.get(timeout=PATIENCE) == 2


def test_two_wait_for_one_task(make: Make) -> None:
    """Which of them Celery tells depends on its version."""
    backend = make()
    results = [result(backend), result(backend)]
    group = backend.app.ResultSet([results[0]])
    with pytest.raises(CeleryTimeoutError):
        results[0].get(timeout=0.01)
    thread = threading.Timer(0.2, make().mark_as_done, (TASK, 1))
    thread.start()

    assert results[1].get(timeout=PATIENCE) == 1
    assert group.join_native(timeout=PATIENCE) == [1]
    thread.join()
    assert backend.result_consumer._leaves == {}


def test_messages_of_results_that_are_gone(backend: Any) -> None:
    told: list[Any] = []
    backend.result_consumer.on_message = told.append
    backend.result_consumer.start(TASK)
    backend.store_result(TASK, {"percent": 1}, "PROGRESS")
    backend.result_consumer.drain_events(timeout=0)

    assert [meta["result"] for meta in told] == [{"percent": 1}]

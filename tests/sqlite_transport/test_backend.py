"""The result backend in the file: what is its own, beside what it shares with others."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import BackendStoreError, ImproperlyConfigured
from celery.exceptions import TimeoutError as CeleryTimeoutError
from receiving import PATIENCE, eventually

from sqlite_transport import result_consumer, storing
from sqlite_transport.backend import SQLiteBackend
from sqlite_transport.database import close_databases
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.library import sqlite3
from sqlite_transport.waiters import Waiter, directory_of

Make = Callable[..., Any]
TASK = "the-task"


def result(backend: Any, task: str = TASK) -> Any:
    return backend.app.AsyncResult(task)


def test_the_scheme_is_found(backend: Any, path: Path) -> None:
    assert type(backend) is SQLiteBackend
    assert backend.as_uri() == backend.as_uri(include_password=True) == f"sqlite:///{path}"
    assert not path.exists(), "it is opened when it is used"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite", "names no file: write for example sqlite:///queue.db"),
        ("sqlite:///", "names no file"),
        ("sqlite://host/x.db", "names a host"),
        ("sqlite:///:memory:", "processes cannot share a database in memory"),
        ("sqlite:///x.db?busy_timeout=no", "'busy_timeout' must be a number of seconds"),
    ],
)
def test_a_wrong_url_says_what_is_right(url: str, says: str) -> None:
    app = Celery("test", broker="memory://", set_as_current=False)
    app.conf.result_backend = url

    with pytest.raises(ImproperlyConfigured, match=says):
        app.backend.get_state(TASK)


def test_the_file_cannot_be_used(tmp_path: Path) -> None:
    app = Celery("test", broker="memory://", set_as_current=False)
    app.conf.result_backend = f"sqlite:///{tmp_path}/no/where/x.db"

    with pytest.raises(Unusable, match="neither this directory nor its parent exists"):
        app.backend.mark_as_done(TASK, 1)


def test_the_payload_is_readable(backend: Any, rows: Any) -> None:
    backend.mark_as_done(TASK, "ü")

    [[kind, payload]] = rows("SELECT typeof(payload), payload FROM result")
    assert kind == "text"
    assert '"status": "SUCCESS"' in payload


def test_a_result_that_is_too_large(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "LARGEST", 1000)

    with pytest.raises(BackendStoreError, match="too large"):
        backend.mark_as_done(TASK, "x" * 1000)


def test_a_group_needs_a_name(backend: Any) -> None:
    with pytest.raises(ValueError, match="group_id must not be empty"):
        backend.restore_group("")


def test_names_of_bytes_are_those_of_text(backend: Any) -> None:
    backend.mark_as_done(TASK.encode(), 1)

    assert backend.get_result(TASK) == 1


# -- waiting --------------------------------------------------------------


def test_the_time_to_wait_is_kept(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not end with the next look alone."""
    monkeypatch.setattr(result_consumer, "LOOK", 3600.0)

    with pytest.raises(CeleryTimeoutError):
        result(backend).get(timeout=0.05)


def test_a_ring_that_is_lost_is_made_up_for(backend: Any) -> None:
    """Whoever stored the result died before the ring."""
    payload = backend.encode({"status": "SUCCESS", "result": 7, "traceback": None})
    row = storing.results.Row(TASK, "SUCCESS", payload, time.time(), None)
    thread = threading.Timer(0.2, storing.results.store, (backend.database, row))
    thread.start()

    assert result(backend).get(timeout=PATIENCE) == 7
    thread.join()


def test_who_waits_does_not_poll(backend: Any, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_consumer, "LOOK", 3600.0)
    asked: list[Any] = []
    sleeps: list[Any] = []
    database, sleep = backend.database, Waiter.wait
    read = database.read

    def fall_asleep(waiter: Waiter, seconds: float) -> bool:
        sleeps.append((len(asked), seconds))
        make().mark_as_done(TASK, 1)
        asked.clear()
        return sleep(waiter, seconds)

    monkeypatch.setattr(
        database, "read", lambda *question: asked.append(question) or read(*question)
    )
    monkeypatch.setattr(Waiter, "wait", fall_asleep)
    assert result(backend).get(timeout=PATIENCE) == 1

    [(before, seconds)] = sleeps
    assert before <= 1, "at first, what is there already"
    assert seconds > PATIENCE / 2, "one sleep, as long as there is time"
    assert len(asked) <= 2, "and then what it was rung for"


def test_a_callback_of_a_result_that_is_there_already(make: Make) -> None:
    backend, called = make(), []
    make().mark_as_done(TASK, 1)
    result_ = result(backend)
    result_.then(lambda ready: called.append(ready.result))

    def look() -> list[int]:
        with pytest.raises(CeleryTimeoutError):
            result(backend, "another").get(timeout=0.1)
        return called

    assert eventually(look) == [1]


def test_the_file_is_replaced_under_who_waits(backend: Any, make: Make, path: Path) -> None:
    backend.mark_as_done("before", 1)

    def replace() -> None:
        path.unlink()
        make().mark_as_done(TASK, 2)

    thread = threading.Timer(0.2, replace)
    thread.start()

    assert result(backend).get(timeout=PATIENCE) == 2
    thread.join()


def test_waiting_leaves_nothing(backend: Any, path: Path) -> None:
    found: list[Any] = []

    def work() -> None:
        with pytest.raises(CeleryTimeoutError):
            result(backend).get(timeout=0.01)
        found.extend(directory_of(path).iterdir())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert len(found) == 1
    assert list(directory_of(path).iterdir()) == []


def test_what_nobody_waits_for_is_not_kept(make: Make) -> None:
    backend = make()
    for number in range(50):
        task = f"task-{number}"
        waited = result(backend, task)
        make().mark_as_done(task, number)
        assert waited.get(timeout=PATIENCE) == number
        del waited

    consumer = backend.result_consumer
    assert consumer._awaited == {}
    assert not any(backend._pending_results)
    assert len(backend._pending_messages) == 0


def test_get_many_waits(backend: Any, make: Make) -> None:
    ids = [f"task-{number}" for number in range(5)]
    backend.mark_as_done(ids[0], 0)
    assert backend.get_result(ids[0]) == 0, "which puts it into the cache"

    def store() -> None:
        for number, task in enumerate(ids):
            make().mark_as_done(task, number)

    thread = threading.Thread(target=store)
    messages: list[Any] = []
    pauses: list[int] = []

    def pause() -> None:
        if not pauses:
            thread.start()
        pauses.append(1)

    found = dict(
        backend.get_many(ids, timeout=PATIENCE, on_message=messages.append, on_interval=pause)
    )
    thread.join()

    assert {task: meta["result"] for task, meta in found.items()} == dict(
        zip(ids, range(5), strict=True)
    )
    assert len(messages) == 5
    assert pauses


def test_get_many_gives_up(backend: Any) -> None:
    with pytest.raises(CeleryTimeoutError, match=r"timed out \(0.05\)"):
        list(backend.get_many(["never"], timeout=0.05, interval=0.01))
    assert list(backend.get_many(["never"], interval=0.01, max_iterations=3)) == []
    assert list(backend.get_many([])) == []


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_child_stores_and_waits(backend: Any, make: Make) -> None:
    with pytest.raises(CeleryTimeoutError):
        result(backend).get(timeout=0.01)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            backend.mark_as_done(TASK, "from the child")
            assert result(backend, "from the parent").get(timeout=PATIENCE) == 1
            close_databases()
            code = 0
        finally:
            os._exit(code)

    assert result(backend).get(timeout=PATIENCE) == "from the child"
    backend.mark_as_done("from the parent", 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_child_forgets_what_its_parent_waits_for(backend: Any) -> None:
    kept = result(backend)
    kept.then(lambda _: None)
    backend.result_consumer._after_fork()

    assert backend.result_consumer._awaited == {}


# -- trouble --------------------------------------------------------------


def test_storing_is_tried_again(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backend = make(result_backend_transport_options={"retry_policy": {"interval_max": 0.01}})
    write, failures = backend.database.write, [Unavailable("disk full"), Unavailable("disk full")]

    def fail_twice(*arguments: Any) -> int:
        if failures:
            raise failures.pop()
        return write(*arguments)  # type: ignore[no-any-return]

    monkeypatch.setattr(backend.database, "write", fail_twice)
    backend.mark_as_done(TASK, 1)

    assert backend.get_result(TASK) == 1
    assert caplog.messages.count("disk full. Trying again.") == 2


def test_it_is_not_tried_for_ever(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = {"max_retries": 2, "interval_max": 0}
    backend = make(result_backend_transport_options={"retry_policy": policy})

    def fail(*_: Any) -> int:
        raise Unavailable("disk full")

    monkeypatch.setattr(backend.database, "write", fail)
    with pytest.raises(Unavailable):
        backend.mark_as_done(TASK, 1)


def test_what_may_be_tried_again(backend: Any) -> None:
    assert backend.exception_safe_to_retry(Unavailable())
    assert not backend.exception_safe_to_retry(Unusable())
    assert not backend.exception_safe_to_retry(sqlite3.DatabaseError())


def test_celery_tries_again_if_told(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = make(
        result_backend_always_retry=True,
        result_backend_max_retries=1,
        result_backend_base_sleep_between_retries_ms=1,
        result_backend_transport_options={"retry_policy": {"max_retries": 1, "interval_max": 0}},
    )
    called = []

    def fail(*_: Any) -> int:
        called.append(1)
        raise Unavailable("disk full")

    monkeypatch.setattr(backend.database, "write", fail)
    with pytest.raises(BackendStoreError):
        backend.mark_as_done(TASK, 1)

    assert len(called) == 4

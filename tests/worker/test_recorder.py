"""Ends are recorded soon, in batches, by a thread that never makes the worker wait."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from messages import DONE, FakeStore, ended

from sqlite_transport.errors import Unavailable
from sqlite_transport.retention import OFF, Retention
from sqlite_transport.worker import recorder as module
from sqlite_transport.worker.recorder import Recorder

RETENTION = {"completed": Retention(), "failed": Retention(), "cancelled": OFF}
PATIENCE = 240.0


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def recorder(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    monkeypatch.setattr(module, "BACK_OFF", 0.01)
    # However late its thread gets its turn.
    monkeypatch.setattr(Recorder.close, "__defaults__", (PATIENCE,))
    recorder = Recorder(store, RETENTION)  # type: ignore[arg-type]
    yield recorder
    store.away = False
    recorder.close()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_is_recorded_soon(recorder: Recorder, store: FakeStore) -> None:
    recorder.note(ended("one"))
    recorder.note(ended("two", DONE._replace(status="retried")))
    wait_for(lambda: store.attempts)
    assert [each.task_id for each in store.entries] == ["one"]
    assert [each.job_id for each in store.attempts] == ["two"]
    assert store.kept == {"completed", "failed"}
    wait_for(lambda: store.prunings == 1)


def test_many_are_batches(
    recorder: Recorder, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    for number in range(95):
        recorder.note(ended(str(number)))
    recorder.close()
    assert [each.task_id for each in store.entries] == [str(number) for number in range(95)]
    assert max(store.batches) <= 10


def test_closing_records_what_is_noted(recorder: Recorder, store: FakeStore) -> None:
    recorder.note(ended("one"))
    recorder.close()
    assert len(store.entries) == 1
    assert store.closed
    Recorder(store, RETENTION).close()  # type: ignore[arg-type]


def test_a_store_that_is_away(
    recorder: Recorder, store: FakeStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.away = True
    recorder.note(ended("one"))
    wait_for(lambda: "The history waits in memory: the database is away" in caplog.text)
    assert "Traceback" not in caplog.text
    recorder.note(ended("two"))
    store.away = False
    wait_for(lambda: len(store.entries) == 2)
    assert [each.task_id for each in store.entries] == ["one", "two"]


def test_a_store_that_is_away_for_good(
    recorder: Recorder, store: FakeStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.away = True
    for number in range(3):
        recorder.note(ended(str(number)))
    recorder.close(timeout=0.3)
    assert "fake://: 3 ends are lost to the history" in caplog.text


def test_memory_is_bounded(
    recorder: Recorder,
    store: FakeStore,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 5)
    real, asked, go_on = store.record, threading.Event(), threading.Event()

    def refuse_once(*arguments: object) -> None:
        if not asked.is_set():
            asked.set()
            assert go_on.wait(PATIENCE)
            raise Unavailable("the database is away")
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "record", refuse_once)
    recorder.note(ended("0"))
    assert asked.wait(PATIENCE)
    for number in range(1, 8):
        recorder.note(ended(str(number)))
    go_on.set()
    wait_for(lambda: "fake:// was away too long: 3 ends are lost to it" in caplog.text)
    assert [each.task_id for each in store.entries] == ["3", "4", "5", "6", "7"]


def test_what_is_dropped_while_it_is_recorded(
    recorder: Recorder, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest may be in the batch that is under way."""
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    real = store.record

    def slow(*arguments: object) -> None:
        if not store.batches:
            recorder._notes.append(ended("third"))
            recorder._notes.popleft()
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "record", slow)
    recorder._notes.extend([ended("first"), ended("second")])
    recorder._record()
    assert [each.task_id for each in store.entries] == ["first", "second", "third"]


def test_a_message_that_makes_no_entry_keeps_no_other_from_it(
    recorder: Recorder, store: FakeStore, caplog: pytest.LogCaptureFixture
) -> None:
    recorder.note(ended("strange", headers=7))
    recorder.note(ended("good"))
    wait_for(lambda: store.entries)
    assert [each.task_id for each in store.entries] == ["good"]
    assert "No history of task scan[strange]" in caplog.text


def test_an_error_nobody_thought_of_is_told_whole(
    recorder: Recorder,
    store: FakeStore,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "prune", lambda *_: 1 / 0)
        recorder.note(ended("one"))
        wait_for(lambda: "ZeroDivisionError" in caplog.text)
    assert len(store.entries) == 1


def test_a_process_records_from_begin_to_end(recorder: Recorder, store: FakeStore) -> None:
    module.note(ended("before"))
    module.begin(recorder)
    module.note(ended("one"))
    module.end()
    module.end()
    module.note(ended("after"))
    assert [each.task_id for each in store.entries] == ["one"]

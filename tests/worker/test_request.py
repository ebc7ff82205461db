"""How a task from another broker ended, in the worker's own words."""

from collections.abc import Callable
from typing import Any

import pytest
from billiard.einfo import ExceptionInfo
from celery import Celery
from celery.exceptions import Ignore, Reject, Retry, Terminated, WorkerLostError
from celery.worker.request import create_request_cls
from kombu import Message

from sqlite_transport.worker import recorder
from sqlite_transport.worker.request import Request

app = Celery("requests", broker="memory://", backend="cache+memory://", set_as_current=False)


@app.task(name="late", shared=False, acks_late=True, reject_on_worker_lost=True)
def late() -> None: ...


@app.task(name="early", shared=False)
def early() -> None: ...


class Noting:
    def __init__(self) -> None:
        self.notes: list[Any] = []

    def note(self, each: Any) -> None:
        self.notes.append(each)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    noting = Noting()
    monkeypatch.setattr(recorder, "_recorder", noting)
    return noting.notes


class Pool:
    def apply_async(self, *_: object, **__: object) -> None: ...

    def terminate_job(self, *_: object) -> None: ...


@pytest.fixture
def receive(notes: list[Any]) -> Callable[[Any], Any]:
    def receive(task: Any) -> Any:
        message = Message(
            '[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]',
            content_type="application/json",
            content_encoding="utf-8",
            headers={"task": task.name, "id": "0b7c", "retries": 1, "root_id": "0a"},
            properties={},
            delivery_info={"routing_key": "celery"},
        )
        made = create_request_cls(Request, task, Pool(), "here", None, app=app)
        return made(message, app=app, hostname="here", task=task)

    return receive


def failure(error: BaseException) -> ExceptionInfo:
    try:
        raise error
    except BaseException:
        return ExceptionInfo()


def told(notes: list[Any]) -> list[tuple[str, str | None, bool]]:
    return [(note.outcome.status, note.outcome.error, note.is_the_last) for note in notes]


def test_success(receive: Any, notes: list[Any]) -> None:
    request = receive(late)
    request.on_accepted(1, 0)
    request.on_success((False, None, 0.1))
    [note] = notes
    assert told(notes) == [("completed", None, True)]
    assert (note.task_id, note.type, note.retry_count) == ("0b7c", "late", 1)
    assert note.received_at <= note.outcome.completed_at
    assert note.outcome.started_at == request.time_start


def test_success_that_was_acknowledged_early(receive: Any, notes: list[Any]) -> None:
    request = receive(early)
    request.on_accepted(1, 0)
    assert (request.acknowledged, notes) == (True, [])
    request.on_success((False, None, 0.1))
    assert told(notes) == [("completed", None, True)]


@pytest.mark.parametrize("task", [late, early])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("why"), ("failed", "ValueError: why", True)),
        (Ignore(), ("completed", "Ignore", True)),
        (Retry("again", ValueError("why")), ("retried", "ValueError: why", False)),
        (Reject("no", requeue=False), ("failed", "Reject: 'no'", True)),
        (Terminated(15), ("cancelled", "terminated by 15", True)),
    ],
)
def test_other_ends(
    receive: Any,
    notes: list[Any],
    task: Any,
    error: Exception,
    expected: tuple[str, str, bool],
) -> None:
    request = receive(task)
    request.on_accepted(1, 0)
    request.on_success((True, failure(error), 0.1))
    request.on_timeout(False, 1)
    assert told(notes) == [expected]


@pytest.mark.parametrize(("signal", "name"), [(15, "SIGTERM"), (40, "40")])
def test_a_signal_is_named_as_far_as_it_has_a_name(
    receive: Any, notes: list[Any], signal: int, name: str
) -> None:
    request = receive(late)
    request.on_accepted(1, 0)
    request.terminate(Pool(), signal=signal)
    assert told(notes) == [("cancelled", f"terminated by {name}", True)]


def test_what_is_put_back_has_not_ended(receive: Any, notes: list[Any]) -> None:
    request = receive(late)
    request.on_accepted(1, 0)
    request.on_success((True, failure(Reject("later", requeue=True)), 0.1))
    assert told(notes) == [("requeued", "Reject: 'later'", False)]


def test_what_is_cancelled_for_a_lost_connection_has_not_ended(
    receive: Any, notes: list[Any]
) -> None:
    request = receive(late)
    request.on_accepted(1, 0)
    request.cancel(Pool(), emit_retry=False)
    request.on_failure(failure(Terminated(15)))
    assert told(notes) == [("requeued", "Terminated: 15", False)]


@pytest.mark.skipif(
    not hasattr(Request.__mro__[1], "_retry_worker_lost"), reason="came with Celery 5.7"
)
@pytest.mark.parametrize("sent", [True, False])
def test_a_lost_process_whose_task_is_sent_again(
    receive: Any, notes: list[Any], monkeypatch: pytest.MonkeyPatch, sent: bool
) -> None:
    request = receive(early)
    monkeypatch.setattr(early, "retry_on_worker_lost", True, raising=False)
    base: Any = Request.__mro__[1]
    monkeypatch.setattr(base, "_retry_worker_lost", lambda *_: sent, raising=False)
    request.on_accepted(1, 0)
    request.on_failure(failure(WorkerLostError("signal 9")))
    status = "retried" if sent else "failed"
    assert told(notes) == [(status, "WorkerLostError: signal 9", not sent)]


def test_a_hard_time_limit(receive: Any, notes: list[Any]) -> None:
    request = receive(late)
    request.on_accepted(1, 0)
    request.on_timeout(True, 1)
    request.on_timeout(False, 2)
    assert told(notes) == [("failed", "TimeLimitExceeded: 2 s", True)]


def test_a_rejection_before_it_began(receive: Any, notes: list[Any]) -> None:
    """Celery rejects a task whose eta it cannot convert; without a recorder nothing is told."""
    request = receive(late)
    request.reject(requeue=False)
    assert told(notes) == [("failed", "rejected by the worker", True)]
    assert notes[0].outcome.started_at is None

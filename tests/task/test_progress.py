"""`self.progress` in a task: what is written, how often, and that it disturbs nobody."""

import json
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from celery import Celery
from receiving import PATIENCE, eventually
from sqlalchemy import create_engine

from sqlite_transport.broker import open_broker
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import open_jobs
from sqlite_transport.library import sqlite3
from sqlite_transport.task import Task
from sqlite_transport.task.pen import PACE

TOLD = "SELECT progress_done, progress_total, progress_message FROM job"
NOTHING = (None, None, None)

Look = Callable[[], tuple[Any, ...]]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path.resolve() / "queue.db"
    close_databases()


@pytest.fixture
def app(path: Path) -> Iterator[Celery]:
    app = make_app(f"sqlite:///{path}?busy_timeout=0.01", "cache+memory://")
    yield app
    app.close()


def make_app(broker: str, backend: str) -> Celery:
    return Celery(
        "films",
        broker=broker,
        backend=backend,
        set_as_current=False,
        task_cls="sqlite_transport.task:Task",
    )


@pytest.fixture
def task(app: Celery) -> Any:
    @app.task(bind=True, name="scan", shared=False)
    def scan(self: Task, *arguments: Any) -> str:
        self.progress(*arguments)
        return "done"

    return scan


@pytest.fixture
def look(path: Path) -> Look:
    """Return what the file tells of the one job's progress."""

    def look() -> tuple[Any, ...]:
        [row] = open_broker(path, 0.01).database.read(TOLD)
        return row

    return look


@pytest.fixture
def without_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time for the next word never come."""
    monkeypatch.setattr("sqlite_transport.task.pen.PACE", 3600.0)


@contextmanager
def running(task: Any, retries: int = 0) -> Iterator[Any]:
    """Have a worker run the task, as far as the file and the task can tell."""
    task_id = task.delay().id
    with task.app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        message = queue.get(timeout=PATIENCE)
        request = {"called_directly": False, "is_eager": False, "retries": retries}
        task.push_request(id=task_id, **request)
        try:
            yield message
        finally:
            task.pop_request()
        queue.close()


@contextmanager
def writes(task: Any) -> Iterator[Callable[[], list[float]]]:
    """Return what was written so far, which the file's own triggers tell."""
    with open_jobs(task.app).events(names="job:progress", timeout=0) as subscription:
        yield lambda: [event.data["done"] for event in subscription]


def test_it_is_in_the_jobs_row(task: Any, look: Look) -> None:
    with running(task) as message:
        assert look() == NOTHING
        task.progress(3, 10, "Heat (1995)")
        assert look() == (3, 10, "Heat (1995)")
        task.after_return("SUCCESS", None, task.request.id, (), {}, None)
        message.ack()
    assert look() == (3, 10, "Heat (1995)"), "what has ended keeps it"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((0,), (0, None, None)),
        ((0.5, 1), (0.5, 1, None)),
        ((Fraction(1, 2), None, ""), (0.5, None, "")),
        ((0, 0), (0, 0, None)),
        ((1, 2, "/movies/\udcff.mkv"), (1, 2, r"/movies/\udcff.mkv")),
    ],
    ids=lambda value: ascii(value),
)
def test_what_can_be_said(
    task: Any, look: Look, said: tuple[Any, ...], told: tuple[Any, ...]
) -> None:
    with running(task):
        task.progress(*said)
        assert look() == told


@pytest.mark.parametrize(
    ("said", "error", "reason"),
    [
        (("3",), TypeError, "done must be a number, not '3'"),
        ((None,), TypeError, "done must be a number, not None"),
        ((True,), TypeError, "done must be a number, not True"),
        ((Decimal(1),), TypeError, "done must be a number"),
        ((1, "10"), TypeError, "total must be a number, not '10'"),
        ((1, 2, b"x"), TypeError, "message must be a text, not b'x'"),
        ((float("nan"),), ValueError, "done must be finite"),
        ((1, float("inf")), ValueError, "total must be finite"),
        ((10**400,), ValueError, "done must be finite"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_said(
    task: Any, said: tuple[Any, ...], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        task(*said)


def test_outside_of_a_worker_it_does_nothing(task: Any, path: Path) -> None:
    assert task(1, 2) == "done"
    assert task.apply((1, 2)).get() == "done"
    assert not path.exists()


def test_of_many_words_some_are_written_and_the_last(task: Any, look: Look) -> None:
    with running(task), writes(task) as written:
        begun = time.monotonic()
        number = 0
        while number < 100 or time.monotonic() < begun + 4 * PACE:
            number += 1
            task.progress(number, 10**9)
        lasted = time.monotonic() - begun
        eventually(lambda: look()[0] == number)
        told = written()
        assert told[0] == 1, "the first at once"
        assert told[-1] == number, "and the last"
        assert len(told) <= lasted / PACE + 2
        assert told == sorted(told)


@pytest.mark.usefixtures("without_haste")
def test_the_last_word_is_written_when_the_task_ends(task: Any, look: Look) -> None:
    with running(task):
        task.progress(1, 10)
        task.progress(2, 10)
        assert look()[0] == 1
        task.after_return("SUCCESS", None, task.request.id, (), {}, None)
        assert look()[0] == 2


def test_when_all_is_done_that_is_written_at_once(task: Any, look: Look) -> None:
    with running(task), writes(task) as written:
        task.progress(1, 10)
        task.progress(9, 10)
        task.progress(10, 10)
        assert look()[0] == 10
        time.sleep(2 * PACE)
        # A machine without time for the test writes it before.
        assert written() in ([1, 10], [1, 9, 10]), "what was said before does not come after it"


def test_only_the_attempt_that_runs_can_say_something(task: Any, look: Look) -> None:
    with running(task, retries=1):
        task.progress(1)
        assert look() == NOTHING


def test_what_has_ended_can_say_nothing(task: Any, look: Look) -> None:
    with running(task) as message:
        message.ack()
        message.channel.connection.inbox.flush()
        task.progress(1)
        assert look() == NOTHING


def test_an_attempt_begins_anew(task: Any, look: Look) -> None:
    with running(task) as message:
        task.progress(1)
        message.requeue()
        message.channel.connection.inbox.flush()
        assert look() == NOTHING


def test_what_cannot_be_written_is_told_once(
    task: Any, look: Look, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running(task):
        locker = sqlite3.connect(str(path), isolation_level=None)
        locker.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.WARNING, "sqlite_transport"):
            task.progress(1, 1)
            task.progress(2, 2)
        locker.execute("ROLLBACK")
        locker.close()
        [record] = caplog.records
        assert "is not written" in record.getMessage()
        assert "another program holds the database locked" in record.getMessage()
        task.progress(3, 3)
        assert look()[0] == 3


def test_a_soft_time_limit_reaches_the_task(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may come while a word is written; what was open then is rolled back."""

    def limit(*_: Any) -> None:
        raise SoftTimeLimitExceeded(1)

    before = signal.signal(signal.SIGUSR1, limit)
    try:
        with running(task):
            monkeypatch.setattr(
                "sqlite_transport.progress.write", lambda *_: signal.raise_signal(signal.SIGUSR1)
            )
            with pytest.raises(SoftTimeLimitExceeded):
                task.progress(1)
            monkeypatch.undo()
            task.progress(1, 1)
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("without_haste")
def test_on_another_broker_it_is_the_tasks_state() -> None:
    app = make_app("memory://", "cache+memory://")

    @app.task(bind=True, name="scan", shared=False)
    def scan(self: Task) -> None: ...

    for name, options in (("told", {}), ("ignored", {"ignore_result": True})):
        scan.push_request(id=name, called_directly=False, is_eager=False, **options)
        scan.progress(1, 2, "half")
        scan.progress(1.5, 2, "too soon")
        scan.pop_request()
    result = app.AsyncResult("told")
    assert (result.state, result.info) == ("PROGRESS", {"done": 1, "total": 2, "message": "half"})
    assert json.dumps(result.info)
    assert app.AsyncResult("ignored").state == "PENDING"
    app.close()


def test_it_waits_for_no_transaction_of_its_own_process(
    task: Any, path: Path, look: Look, caplog: Any
) -> None:
    engine = create_engine(f"sqlite+transport:///{path}")
    with running(task):
        task.progress(1, 10)
        task.progress(2, 10)  # for later
        with engine.connect() as connection, connection.begin():
            before = look()[0]
            time.sleep(2 * PACE)
            task.progress(3, 10)
            task.progress(10, 10)
            assert look()[0] == before
        eventually(lambda: look()[0] == 10)
    assert caplog.messages == []

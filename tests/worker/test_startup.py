"""A worker looks at `history_url` when it starts; other processes are left as they are."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from messages import ended

from sqlite_transport.database import close_databases
from sqlite_transport.worker import recorder, startup, undecodable, unrunnable


@pytest.fixture(autouse=True)
def nothing_remains() -> Iterator[None]:
    yield
    recorder.end()
    close_databases()


def worker(broker: str, **options: object) -> Any:
    app = Celery(broker=broker, broker_transport_options=options, set_as_current=False)
    return SimpleNamespace(
        app=app,
        _conninfo=app.connection_for_read(),
        consumer_cls=startup.CONSUMER,
        hostname="here",
    )


def test_another_broker_gets_a_recorder(tmp_path: Path) -> None:
    starting = worker("memory://", history_url=f"sqlite:///{tmp_path}/history.db")
    startup._on_init(starting)
    assert (tmp_path / "history.db").exists()
    assert starting.consumer_cls == startup.OUR_CONSUMER
    assert recorder._recorder is not None
    startup._on_shutdown()
    assert recorder._recorder is None


def test_a_file_of_ours_needs_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/history.db"
    startup._on_init(worker(f"sqlite:///{tmp_path}/queue.db?history_url={url}"))
    assert (tmp_path / "history.db").exists()
    assert recorder._recorder is None


@pytest.mark.parametrize("options", [{}, {"history_url": None}, {"history_url": ""}])
@pytest.mark.parametrize("broker", ["memory://", "sqlite:///{}/queue.db"])
def test_the_default_is_nothing_to_do(tmp_path: Path, broker: str, options: Any) -> None:
    startup._on_init(worker(broker.format(tmp_path), **options))
    assert recorder._recorder is None
    assert list(tmp_path.glob("history*")) == []


def test_the_queues_own_file_is_the_default(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/queue.db"
    startup._on_init(worker(url, history_url=url))
    assert recorder._recorder is None


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({"history_url": "nosql://localhost"}, "SQLAlchemy knows no database 'nosql'"),
        ({"history_url": 7}, "the transport option 'history_url' must be a text"),
        ({"history_failed": "soon"}, "the transport option 'history_failed' must be 'off'"),
    ],
)
def test_what_can_never_work_ends_the_start(options: dict[str, object], advice: str) -> None:
    with pytest.raises(SystemExit, match=f"The worker does not start: .*{advice}"):
        startup._on_init(worker("memory://", **options))


def test_what_is_away_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    startup._on_init(worker("memory://", history_url=f"sqlite:///{tmp_path}/away/history.db"))
    assert "The history cannot be written now: sqlite://" in caplog.text
    assert recorder._recorder is not None


def test_a_consumer_of_the_users_own_stays(tmp_path: Path) -> None:
    starting = worker("memory://")
    starting.consumer_cls = "celery.worker.consumer:Tasks"
    startup._on_init(starting)
    assert starting.consumer_cls == "celery.worker.consumer:Tasks"


class Noting:
    """A recorder that keeps its notes."""

    def __init__(self) -> None:
        self.notes: list[Any] = []

    def note(self, each: Any) -> None:
        self.notes.append(each)

    def close(self) -> None: ...


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    noting = Noting()
    monkeypatch.setattr(recorder, "_recorder", noting)
    return noting.notes


def test_a_message_that_cannot_be_decoded(
    notes: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    acked: list[object] = []
    consumer = object.__new__(undecodable.Consumer)
    consumer.hostname = "celery@here"
    base: Any = undecodable.Consumer.__mro__[1]
    monkeypatch.setattr(base, "on_decode_error", lambda self, message, exc: acked.append(message))
    message = ended().message
    consumer.on_decode_error(message, ValueError("torn"))
    ours = SimpleNamespace(delivery=SimpleNamespace(outcome=None))
    consumer.on_decode_error(ours, ValueError("torn"))
    assert acked == [message, ours]
    [note] = notes
    assert (note.task_id, note.outcome.status, note.outcome.worker) == (
        "0b7c",
        "failed",
        "celery@here",
    )
    assert note.outcome.error == "the message cannot be decoded: torn"
    assert ours.delivery.outcome is None


def test_messages_that_cannot_be_run(notes: list[Any]) -> None:
    sender = SimpleNamespace(hostname="celery@here")
    message = ended().message
    unrunnable._on_unknown(sender, message, "scan")
    unrunnable._on_rejected(sender, message, ValueError("odd"))
    unrunnable._on_rejected(sender, message)
    assert [note.outcome.error for note in notes] == [
        "NotRegistered: no task 'scan' in this worker",
        "the worker cannot run it: ValueError: odd",
        "the worker cannot run it: not a task message",
    ]
    ours = SimpleNamespace(delivery=SimpleNamespace(outcome=None))
    unrunnable._on_unknown(sender, ours, "scan")
    assert ours.delivery.outcome.status == "failed"
    assert len(notes) == 3


def test_importing_it_costs_a_producer_nothing() -> None:
    program = (
        "import sys, sqlite_transport.worker, celery\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "assert 'celery.worker.consumer' not in sys.modules\n"
        "app = celery.Celery(broker='memory://')\n"
        "@app.task\ndef task(): return 4\n"
        "task.delay()\n"
        "assert task() == 4 and task.apply().get() == 4\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=240)

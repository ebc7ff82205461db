"""A file for each test, the connections to it, and programs that use it beside the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from crashes.stage import Forks, Stage
from ended_jobs import EVERYTHING, PATIENCE
from kombu import Connection, Producer
from powerloss.recording import compiled
from program import Program, running

import sqlite_transport  # noqa: F401 - makes sqlite:// a scheme
from sqlite_transport import shipper
from sqlite_transport.broker import Broker, open_broker
from sqlite_transport.database import open_database

HERE = Path(__file__).parent

Connect = Callable[..., Connection]
Make = Callable[..., Any]
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path.resolve() / "queue.db"
    yield path
    if path.exists():
        open_database(path).close()


@pytest.fixture
def connect(path: Path) -> Iterator[Connect]:
    """Make connections to the file that are closed when the test ends."""
    opened: list[Connection] = []

    def connect(**options: Any) -> Connection:
        connection = Connection(f"sqlite:///{path}", transport_options=options)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.release()


@pytest.fixture
def connection(connect: Connect) -> Connection:
    return connect()


@pytest.fixture
def channel(connection: Connection) -> Any:
    return connection.channel()


@pytest.fixture
def producer(connection: Connection) -> Producer:
    return connection.Producer()


@pytest.fixture
def rows(path: Path) -> Rows:
    """Ask the file, over this process's own connection to it."""

    def rows(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return open_database(path).read(sql, parameters)

    return rows


@pytest.fixture
def make(path: Path) -> Iterator[Make]:
    """Make result backends in the file, each of an app of its own."""
    apps: list[Celery] = []

    def make(**settings: Any) -> Any:
        app = Celery("test", broker="memory://", set_as_current=False)
        app.conf.update(result_backend=f"sqlite:///{path}", **settings)
        apps.append(app)
        return app.backend

    yield make
    for app in apps:
        app.close()


@pytest.fixture
def backend(make: Make) -> Any:
    return make()


@pytest.fixture
def history_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/history.db"


@pytest.fixture(autouse=True)
def enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who ends ship all there is, on a slow disk too."""
    monkeypatch.setattr(shipper, "FINISH", PATIENCE)


@pytest.fixture
def broker(path: Path, history_url: str) -> Iterator[Broker]:
    """A file whose history goes elsewhere."""
    broker = open_broker(path, 5.0)
    broker.retain(EVERYTHING, history_url)
    yield broker
    if broker in shipper._shippers:
        shipper.shipper_of(broker).finish()


@pytest.fixture
def run() -> Iterator[Callable[..., Program]]:
    """Start programs: `run(source, argument, …)`; they are killed when the test ends."""
    with running() as run:
        yield run


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    shim = compiled(HERE / "crashes" / "crash.c", tmp_path_factory.mktemp("shim"))
    forks = Forks(shim)
    yield forks
    forks.close()


@pytest.fixture
def stage(forks: Forks, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    return Stage(forks, tmp_path, request.config.getoption("--long"))

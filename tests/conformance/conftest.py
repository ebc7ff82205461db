"""Every test here runs once on each broker."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from e2e.local.nursery import Nursery
from kombu import Connection, Producer

from sqlite_transport.database import open_database

from . import canvas_app, redis_server
from .backends import Backends, collect
from .broker import REDIS_OPTIONS, Broker


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if redis_server.PROGRAM is None:
        pytest.skip("redis-server is not installed: nothing to compare with")
    with redis_server.running(tmp_path_factory.mktemp("redis")) as port:
        yield port
        collect()


@pytest.fixture
def redis_broker(redis_port: int) -> Iterator[Broker]:
    with redis.Redis(port=redis_port) as client:
        client.flushdb()
    broker = Broker("redis", f"redis://127.0.0.1:{redis_port}/0", REDIS_OPTIONS)
    yield broker
    broker.close()


@pytest.fixture
def sqlite_broker(tmp_path: Path) -> Iterator[Broker]:
    path = tmp_path / "queue.db"
    broker = Broker("sqlite", f"sqlite:///{path}", {})
    yield broker
    broker.close()
    open_database(path).close()


@pytest.fixture(params=["sqlite", "redis"])
def broker(request: pytest.FixtureRequest) -> Broker:
    found: Broker = request.getfixturevalue(f"{request.param}_broker")
    return found


@pytest.fixture
def connection(broker: Broker) -> Connection:
    return broker.connect()


@pytest.fixture
def channel(connection: Connection) -> Any:
    return connection.channel()


@pytest.fixture
def producer(connection: Connection) -> Producer:
    return connection.Producer()


@pytest.fixture
def redis_backends(redis_port: int) -> Iterator[Backends]:
    backends = Backends("redis", f"redis://127.0.0.1:{redis_port}/1")
    yield backends
    backends.close()


@pytest.fixture
def sqlite_backends(tmp_path: Path) -> Iterator[Backends]:
    path = tmp_path / "results.db"
    backends = Backends("sqlite", f"sqlite:///{path}")
    yield backends
    backends.close()
    open_database(path).close()


@pytest.fixture(params=["sqlite", "redis"])
def backends(request: pytest.FixtureRequest) -> Backends:
    found: Backends = request.getfixturevalue(f"{request.param}_backends")
    return found


@pytest.fixture
def backend(backends: Backends) -> Any:
    return backends.make()


@pytest.fixture(scope="session")
def redis_urls(redis_port: int) -> tuple[str, str]:
    return f"redis://127.0.0.1:{redis_port}/2", f"redis://127.0.0.1:{redis_port}/3"


@pytest.fixture(scope="session")
def sqlite_urls(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('canvas') / 'queue.db'}"
    return url, url


@pytest.fixture(scope="session", params=["sqlite", "redis"])
def canvas(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Celery]:
    """One application with a worker of two processes, for all tests that only use it."""
    broker, backend = request.getfixturevalue(f"{request.param}_urls")
    log = tmp_path_factory.mktemp("worker") / "log"
    command = [sys.executable, "-m", "celery", "-A", "canvas_app", "worker", "-c", "2"]
    nursery = Nursery()  # whose worker does not outlive a test run that is killed
    environment = nursery.environment({"CANVAS_BROKER": broker, "CANVAS_BACKEND": backend})
    with log.open("wb") as file:
        worker = subprocess.Popen(
            [*command, "--without-mingle", "--without-gossip"],
            cwd=Path(__file__).parent,
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    app = canvas_app.create_app(broker, backend)
    try:
        yield app
    finally:
        worker.terminate()
        try:
            worker.wait(240)  # a prefork child may ask billiard's parent in vain for 30 s
        finally:
            nursery.close()
        for pending in app.backend._pending_results:
            pending.clear()
        app.close()
        collect()

"""Every test here runs once on each broker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from kombu import Connection, Producer

from sqlite_transport.database import open_database

from . import redis_server
from .broker import REDIS_OPTIONS, Broker


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if redis_server.PROGRAM is None:
        pytest.skip("redis-server is not installed: nothing to compare with")
    with redis_server.running(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture
def redis_broker(redis_port: int) -> Iterator[Broker]:
    with redis.Redis(port=redis_port) as client:
        client.flushall()
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

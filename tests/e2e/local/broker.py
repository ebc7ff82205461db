"""The brokers under test, as pytest-celery's nodes."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dying import WITH_PARENT
from pytest_celery import CeleryTestBroker, CeleryTestContainer

from .nursery import Nursery
from .waiting import eventually

REDIS_SERVER = shutil.which("redis-server")
READY = b"Ready to accept connections"

on_sqlite_only = pytest.mark.parametrize("broker_kind", ["sqlite"], indirect=True, scope="session")
"""For what a broker on another host cannot promise."""


class FileService:
    """A service that is a file: always there, nothing to start, nothing to kill."""

    status = "running"

    def __init__(self, name: str, path: Path) -> None:
        self.id = self.name = name
        self.path = path
        self.attrs: dict[str, Any] = {"NetworkSettings": {"Networks": {}, "Ports": {}}}

    def reload(self) -> None: ...

    def logs(self) -> bytes:
        return b""

    def kill(self, signal: str | int | None = None) -> None: ...

    def restart(self, timeout: float = 10) -> None: ...


class UrlContainer(CeleryTestContainer):
    """A service that all of its users know by the same URL."""

    def __init__(self, service: object, url: str) -> None:
        super().__init__(service)
        self.url = url

    @property
    def celeryconfig(self) -> dict[str, str]:
        return {"url": self.url, "host_url": self.url}


class SQLiteTestBroker(CeleryTestBroker):
    """A file."""

    @classmethod
    def create(cls, directory: Path) -> "SQLiteTestBroker":
        path = directory / "queue.db"
        return cls(UrlContainer(FileService("sqlite", path), f"sqlite:///{path}"))


class RedisTestBroker(CeleryTestBroker):
    """A server of the test's own, which keeps everything in memory."""

    @classmethod
    def create(cls, directory: Path, nursery: Nursery) -> "RedisTestBroker":
        if REDIS_SERVER is None:
            pytest.skip("redis-server is not installed: nothing to compare with")
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]
        for port in free_ports():
            command = [*WITH_PARENT, REDIS_SERVER, *options, str(port)]
            process = nursery.start("redis", command, directory, {})
            ended = lambda process=process: process.status == "exited"  # noqa: E731
            ready = lambda process=process: READY in process.logs()  # noqa: E731
            eventually(lambda ended=ended, ready=ready: ready() or ended(), explain=process.logs)
            if ready():
                return cls(UrlContainer(process, f"redis://127.0.0.1:{port}/0"))
        raise AssertionError(process.logs())

    def teardown(self) -> None:
        self.container.kill("SIGKILL")


def create_broker(kind: str, directory: Path, nursery: Nursery) -> CeleryTestBroker:
    if kind == "redis":
        return RedisTestBroker.create(directory, nursery)
    return SQLiteTestBroker.create(directory)


def free_ports() -> Iterator[int]:
    """Give some ports, one after the other: another program may be quicker to take one."""
    for _ in range(10):
        with closed_port() as port:
            pass
        yield port


@contextmanager
def closed_port() -> Iterator[int]:
    """Give a port at which nobody listens, and which nobody else is given meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]

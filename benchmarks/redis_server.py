"""A throw-away Redis: its own port, its own directory, gone at the end."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import redis

from benchmarks.processes import running

START_SECONDS = 60.0
PORT_ATTEMPTS = 3


class RedisUnavailableError(Exception):
    """There is no `redis-server` on the PATH, or it did not start."""


@dataclass(frozen=True)
class RedisServer:
    """A running server."""

    port: int
    version: str

    @property
    def url(self) -> str:
        """Its address, for kombu."""
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis(port=self.port) as client:
            client.flushall()


@contextmanager
def redis_server(directory: Path) -> Iterator[RedisServer]:
    """Run a server without persistence, kill it at the end."""
    program = shutil.which("redis-server")
    if program is None:
        raise RedisUnavailableError("redis-server is not on the PATH (apt install redis-server)")
    for _ in range(PORT_ATTEMPTS):
        port = _free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        with running(command, directory, log=directory / "redis.log") as process:
            version = _version_when_up(process, port)
            if version is not None:
                yield RedisServer(port, version)
                return
    log = (directory / "redis.log").read_text(errors="replace")[-500:]
    raise RedisUnavailableError(f"redis-server did not start: {log}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _version_when_up(process: "Popen[bytes]", port: int) -> str | None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with redis.Redis(port=port) as client:
                info = client.info("server")
        except redis.ConnectionError:
            time.sleep(0.02)
            continue
        if info["process_id"] == process.pid:
            return str(info["redis_version"])
        return None
    return None

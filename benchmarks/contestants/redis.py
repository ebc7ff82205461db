"""kombu's Redis transport on a loopback Redis without persistence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants import Broker, Contestant
from benchmarks.redis_server import RedisServer


class Redis(Contestant):
    """Uses the one server that the run has started, if it could."""

    name = "redis"
    result_scheme = "redis://"

    def __init__(self, server: RedisServer | None, reason: str = "") -> None:
        self.server = server
        self.reason = reason

    def missing(self) -> str | None:
        """Why the server did not start, if so."""
        return None if self.server else self.reason

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Flush the server before and after."""
        if self.server is None:
            raise RuntimeError(self.reason)
        self.server.flush()
        try:
            yield Broker(self.name, self.server.url, directory)
        finally:
            self.server.flush()

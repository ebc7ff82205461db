"""kombu's `sqla+sqlite://`: its SQLAlchemy transport on a SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants import Broker, Contestant


class Sqla(Contestant):
    """Sorts the whole queue for every message it takes: short queues only."""

    name = "sqla"
    backlog = 500

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Make a new file."""
        yield Broker(self.name, f"sqla+sqlite:///{directory / 'queue.db'}", directory)

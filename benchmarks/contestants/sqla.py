"""kombu's `sqla+sqlite://` and Celery's `db+sqlite://`: SQLAlchemy on a SQLite file each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants import Broker, Contestant


class Sqla(Contestant):
    """Sorts the whole queue for every message it takes: short queues only."""

    name = "sqla"
    backlog = 500
    result_scheme = "db+sqlite://"

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Make a new file."""
        yield Broker(self.name, f"sqla+sqlite:///{directory / 'queue.db'}", directory)

    def results(self, broker: Broker) -> str:
        """Keep results in a file of their own."""
        return f"db+sqlite:///{broker.directory / 'results.db'}"

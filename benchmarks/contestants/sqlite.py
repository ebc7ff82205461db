"""This package's transport, in each of its two durabilities."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from benchmarks.contestants import Broker, Contestant


class Sqlite(Contestant):
    """`durability` is the transport's option of that name."""

    def __init__(self, name: str, durability: str | None = None) -> None:
        self.name = name
        self.options = {} if durability is None else {"durability": durability}

    def missing(self) -> str | None:
        """Whether the transport can be imported."""
        try:
            import_module("sqlite_transport.transport")
        except ImportError as error:
            return f"no sqlite:// transport: {error}"
        return None

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Make a new file."""
        yield Broker(self.name, f"sqlite:///{directory / 'queue.db'}", directory, self.options)

"""This package's transport and its result backend on one file, with any of their options."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from benchmarks.contestants import Broker, Contestant


class Sqlite(Contestant):
    """`options` are the transport's."""

    result_scheme = "sqlite://"

    def __init__(self, name: str, **options: str) -> None:
        self.name = name
        self.options = options

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

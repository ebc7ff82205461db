"""The brokers that are measured side by side."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kombu import Connection


@dataclass(frozen=True)
class Broker:
    """An empty broker, ready for use; `results` is the URL of its result backend, if it has one."""

    name: str
    url: str
    directory: Path
    options: dict[str, Any] = field(default_factory=dict)
    results: str = ""

    def connection(self) -> Connection:
        """Give a new kombu connection with the contestant's transport options."""
        return Connection(self.url, transport_options=dict(self.options))


class Contestant(ABC):
    """A kind of broker.

    `backlog` is the longest queue that it handles at its usual speed.
    `result_scheme` begins the URL of the result backend that goes with it, if any.
    """

    name: str
    backlog: int = 1_000_000_000
    result_scheme: str = ""

    def missing(self) -> str | None:
        """Why it cannot take part here, or None."""
        return None

    def results(self, broker: Broker) -> str:
        """Give the URL of the result backend that goes with the broker."""
        return broker.url

    @abstractmethod
    def arena(self, directory: Path) -> AbstractContextManager[Broker]:
        """Make an empty broker that keeps its files in the directory; clean up after."""

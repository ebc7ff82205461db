"""A broker under test, and all the connections that a test makes to it."""

from dataclasses import dataclass, field
from typing import Any

from kombu import Connection

import sqlite_transport  # noqa: F401 - makes sqlite:// a scheme

#: What makes the priorities of Redis those of the file: ten of them, and the
#: most urgent message of all queues first.
REDIS_OPTIONS = {"priority_steps": list(range(10)), "queue_order_strategy": "priority"}


@dataclass
class Broker:
    kind: str
    url: str
    options: dict[str, Any]
    opened: list[Connection] = field(default_factory=list)

    def connect(self, **options: Any) -> Connection:
        """Return a connection that is closed when the test ends."""
        connection = Connection(self.url, transport_options={**self.options, **options})
        self.opened.append(connection)
        return connection

    def close(self) -> None:
        for connection in self.opened:
            connection.release()

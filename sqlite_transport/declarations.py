"""What this process has declared, so that it can be declared again.

kombu declares an entity once for each connection and then takes it for
granted. If another process deletes the queue meanwhile, or it expires, the
next publish would be dropped without a word; instead the publisher declares
again what it declared before, in the transaction of the publish.
"""

from collections.abc import Callable
from typing import Any

from sqlite_transport import topology
from sqlite_transport.topology import Queue

Execute = Callable[..., Any]


class Declarations:
    """The lasting entities that one process declared in one file.

    Those that end by themselves (auto-delete, exclusive, with an expiry) are
    not among them: their absence is meant.
    """

    def __init__(self) -> None:
        self._exchanges: dict[str, tuple[str, bool, bool, str]] = {}
        self._queues: dict[str, Queue] = {}
        self._bindings: dict[tuple[str, str, str], str] = {}

    def remember_exchange(
        self, name: str, kind: str, durable: bool, auto_delete: bool, arguments: str
    ) -> None:
        self._exchanges[name] = (kind, durable, auto_delete, arguments)

    def remember_queue(self, queue: Queue) -> None:
        if not queue.auto_delete and queue.exclusive is None and queue.expires_ms is None:
            self._queues[queue.name] = queue

    def remember_binding(self, exchange: str, queue: str, key: str, arguments: str) -> None:
        self._bindings[exchange, queue, key] = arguments

    def forget_exchange(self, name: str) -> None:
        self._exchanges.pop(name, None)
        for binding in [binding for binding in self._bindings if binding[0] == name]:
            del self._bindings[binding]

    def forget_queue(self, name: str) -> None:
        self._queues.pop(name, None)
        for binding in [binding for binding in self._bindings if binding[1] == name]:
            del self._bindings[binding]

    def forget_binding(self, exchange: str, queue: str, key: str) -> None:
        self._bindings.pop((exchange, queue, key), None)

    def repeat(self, execute: Execute, exchange: str, routing_key: str, now: float) -> None:
        """Declare again what a message to this exchange with this key may need."""
        if not exchange:
            self._repeat_queue(execute, routing_key, now)
            return
        for (source, name, key), arguments in self._bindings.items():
            if source == exchange and name in self._queues:
                self._repeat_exchange(execute, exchange)
                self._repeat_queue(execute, name, now)
                if not topology.has_binding(execute, source, name, key):
                    topology.bind(execute, source, name, key, arguments)

    def _repeat_exchange(self, execute: Execute, name: str) -> None:
        if name in self._exchanges and topology.find_exchange(execute, name) is None:
            topology.declare_exchange(execute, name, *self._exchanges[name])

    def _repeat_queue(self, execute: Execute, name: str, now: float) -> None:
        if name in self._queues and topology.find_queue(execute, name) is None:
            topology.declare_queue(execute, self._queues[name], now)

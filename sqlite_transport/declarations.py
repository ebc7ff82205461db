"""What this process has declared, so that it can be declared again.

kombu declares an entity once for each connection and then takes it for
granted. If another process deletes the queue meanwhile, or it expires, the
next publish would be dropped without a word; instead the publisher declares
again what it declared before, in the transaction of the publish.
"""

from typing import Any

from sqlite_transport import topology
from sqlite_transport.topology import Queue


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
        """Note a declared exchange."""
        self._exchanges[name] = (kind, durable, auto_delete, arguments)

    def remember_queue(self, queue: Queue) -> None:
        """Note a declared queue, if it is to last."""
        if not queue.auto_delete and queue.exclusive is None and queue.expires_ms is None:
            self._queues[queue.name] = queue

    def remember_binding(self, exchange: str, queue: str, key: str, arguments: str) -> None:
        """Note a binding."""
        self._bindings[exchange, queue, key] = arguments

    def forget_exchange(self, name: str) -> None:
        """Forget a deleted exchange and its bindings."""
        self._exchanges.pop(name, None)
        for binding in [each for each in list(self._bindings) if each[0] == name]:
            self._bindings.pop(binding, None)

    def forget_queue(self, name: str) -> None:
        """Forget a deleted queue and its bindings."""
        self._queues.pop(name, None)
        for binding in [each for each in list(self._bindings) if each[1] == name]:
            self._bindings.pop(binding, None)

    def forget_binding(self, exchange: str, queue: str, key: str) -> None:
        """Forget a removed binding."""
        self._bindings.pop((exchange, queue, key), None)

    def repeat(self, connection: Any, exchange: str, routing_key: str, now: float) -> None:
        """Declare again what a message to this exchange with this key may need."""
        if not exchange:
            self._repeat_queue(connection, routing_key, now)
            return
        for (source, name, key), arguments in list(self._bindings.items()):
            if source == exchange and name in self._queues:
                self._repeat_exchange(connection, exchange)
                self._repeat_queue(connection, name, now)
                if not topology.has_binding(connection, source, name, key):
                    topology.bind(connection, source, name, key, arguments)

    def _repeat_exchange(self, connection: Any, name: str) -> None:
        if name in self._exchanges and topology.find_exchange(connection, name) is None:
            topology.declare_exchange(connection, name, *self._exchanges[name])

    def _repeat_queue(self, connection: Any, name: str, now: float) -> None:
        if name in self._queues and topology.find_queue(connection, name) is None:
            topology.declare_queue(connection, self._queues[name], now)

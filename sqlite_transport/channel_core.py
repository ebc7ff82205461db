"""What every part of a channel needs: its connection, and the ways to the file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from amqp.exceptions import NotFound, RecoverableConnectionError, ResourceLocked
from kombu.transport.base import StdChannel

from sqlite_transport import topology
from sqlite_transport.topology import Queue

if TYPE_CHECKING:
    from sqlite_transport.broker import Broker
    from sqlite_transport.inbox import Inbox
    from sqlite_transport.transport import Transport


SAME_NODE_NAME = (
    ": a worker of this name is running already; give each worker a name of its own "
    "(celery worker -n NAME@%h)"
)


class ChannelCore(StdChannel):
    """A channel without verbs."""

    def __init__(self, connection: "Transport", channel_id: int) -> None:
        self.connection: Transport | None = connection
        self.channel_id = channel_id
        self.closed = False
        self._broker: Broker = connection.broker
        self._options = connection.options

    def _transport(self) -> "Transport":
        if self.connection is None:
            raise RecoverableConnectionError("the channel is closed")
        return self.connection

    def _inbox(self) -> "Inbox":
        transport = self._transport()
        return transport.inbox or transport.open_inbox()

    def _read(self, question: Callable[..., Any], *arguments: object) -> Any:
        return question(self._broker.database.reader, *arguments)

    def _find(self, name: str, method: tuple[int, int], verb: str) -> Queue:
        """Return the queue, which must exist and not be another connection's own."""
        found: Queue | None = self._read(topology.find_queue, name)
        if found is None:
            raise not_found("queue", name, method, verb)
        self._refuse_foreign(found)
        return found

    def _refuse_foreign(self, found: Queue) -> None:
        """Refuse another connection's exclusive queue."""
        if found.exclusive is None:
            return
        transport = self._transport()
        own = transport.inbox.session if transport.inbox is not None else None
        if found.exclusive != own:
            self._broker.reap(self._broker.known_sessions(), self._options.max_deliveries)
            if self._read(topology.find_queue, found.name) == found:
                raise ResourceLocked(
                    f"RESOURCE_LOCKED - queue {found.name!r} belongs to another connection"
                    + (SAME_NODE_NAME if found.name.endswith(".pidbox") else ""),
                    (50, 10),
                    "Channel.queue_declare",
                )


def not_found(what: str, name: str, method: tuple[int, int], verb: str) -> NotFound:
    """Return AMQP's error for something that was to exist."""
    return NotFound(f"NOT_FOUND - no {what} {name!r}", method, verb)

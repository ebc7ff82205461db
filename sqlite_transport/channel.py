"""A channel: AMQP's verbs, as kombu calls them, on the file."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_transport.consuming import Consuming
from sqlite_transport.declaring import Declaring
from sqlite_transport.message import outgoing
from sqlite_transport.publish_batch import PublishBatch


class Channel(Declaring, Consuming):
    """One of a connection's channels, with its own consumers, prefetch limit and unacked jobs."""

    supports_batch_publish = True

    def prepare_message(
        self,
        body: object,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Put a message together; the priority is 0 (most urgent) to 9, others are moved there."""
        properties = properties or {}
        properties["priority"] = (
            self._options.default_priority if priority is None else min(max(int(priority), 0), 9)
        )
        return {
            "body": body,
            "content-type": content_type,
            "content-encoding": content_encoding,
            "headers": headers or {},
            "properties": properties,
        }

    def basic_publish(
        self, message: Mapping[str, Any], exchange: str = "", routing_key: str = "", **_: Any
    ) -> None:
        """Store a message; a persistent one survives power loss when this returns.

        Raises:
            Unavailable: it was not stored; trying again may work.
            Unusable: it was not stored, and somebody must mend something first.
        """
        envelope = outgoing(message, exchange or "", routing_key or "")
        self._broker.publish((envelope,), self._options.durability == "full")

    def create_publish_batch(self, max_size: int) -> PublishBatch:
        """Return what `Producer.batch()` collects messages in."""
        return PublishBatch(self, max_size)

    def publish_all(self, messages: Iterable[tuple[Mapping[str, Any], str, str]]) -> None:
        """Store messages, each with its exchange and routing key, in one transaction."""
        self._broker.publish(
            [outgoing(message, exchange, key) for message, exchange, key in messages],
            self._options.durability == "full",
        )

    def close(self) -> None:
        """Cancel the consumers and put back what is unacked, in its order."""
        if self.closed:
            return
        self.closed = True
        transport = self._transport()
        try:
            self._stop_consuming()
        finally:
            self.connection = None
            transport.close_channel(self)

    def __enter__(self) -> "Channel":
        return self

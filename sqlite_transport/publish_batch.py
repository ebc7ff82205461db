"""What `Producer.batch()` collects: messages that are stored together or not at all."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_transport.channel import Channel


class PublishBatch:
    """Messages of one producer, each flush one transaction.

    kombu flushes at the end of the `with` block, and on its own when
    `max_size` messages are waiting: what must be stored together must not be
    more than that (kombu's default is 1,000).
    """

    def __init__(self, channel: "Channel", max_size: int) -> None:
        self.channel = channel
        self.max_size = max_size
        self._messages: list[tuple[Mapping[str, Any], str, str]] = []

    def publish(
        self, message: Mapping[str, Any], exchange: str = "", routing_key: str = "", **_: Any
    ) -> None:
        """Add a message, and store the batch if it is full."""
        self._messages.append((message, exchange or "", routing_key or ""))
        if len(self._messages) >= self.max_size:
            self.flush()

    def flush(self) -> None:
        """Store what was collected; on an error nothing of it is stored and all is kept."""
        if self._messages:
            self.channel.publish_all(self._messages)
            self._messages.clear()

    def discard(self) -> None:
        """Forget what was collected."""
        self._messages.clear()

    def close(self) -> None:
        """End the batch; what was not flushed is forgotten."""
        self.discard()

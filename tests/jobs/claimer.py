"""A worker's connection without a worker: it takes jobs and says how they end."""

from typing import Any

from celery import Celery
from kombu import Queue

from sqlite_transport.history import Outcome
from sqlite_transport.status import COMPLETED, FAILED


class Claimer:
    """A connection that consumes from queues; `take` returns the keys of the jobs that came."""

    def __init__(self, app: Celery, *queues: str, prefetch: int = 0) -> None:
        self.connection = app.connection_for_read(heartbeat=0).clone()
        channel = self.connection.channel()
        channel.basic_qos(0, prefetch, False)
        self.messages: dict[str, Any] = {}
        self.consumer = self.connection.Consumer(
            [Queue(name) for name in queues or ("celery",)],
            channel=channel,
            on_message=self._receive,
            accept=["json"],
        )
        self.consumer.consume()

    def _receive(self, message: Any) -> None:
        (key, *_), _, _ = message.decode()
        self.taken.append(key)
        self.messages[key] = message

    def take(self, silence: float = 0.15) -> list[str]:
        """Receive until nothing has come for so many seconds, and there is nothing to look for.

        It may have got aside only what may not run, and no time was left to look behind that.
        """
        self.taken: list[str] = []
        is_over = False
        while not is_over:
            try:
                self.connection.drain_events(timeout=silence)
            except TimeoutError:
                is_over = not self.connection.transport.inbox.is_hungry()
        return self.taken

    def finish(self, *keys: str, status: str = COMPLETED) -> None:
        """End jobs, all of them if none is named."""
        for key in keys or list(self.messages):
            message = self.messages.pop(key)
            message.delivery.outcome = Outcome(status, "ValueError" if status == FAILED else None)
            message.ack()
        self.connection.transport.inbox.flush()

    def close(self) -> None:
        self.connection.release()

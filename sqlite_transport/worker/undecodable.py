"""Messages that a worker cannot decode: Celery acknowledges them and sends no signal."""

from typing import Any

from celery.worker import consumer

from sqlite_transport.worker.unrunnable import explain


class Consumer(consumer.Consumer):
    """Celery's consumer, which also tells the history."""

    def on_decode_error(self, message: Any, exc: BaseException) -> None:
        """Acknowledge the message, as Celery does; a file of ours knows why by itself."""
        super().on_decode_error(message, exc)
        if getattr(message, "delivery", None) is None:
            explain(message, f"the message cannot be decoded: {exc}", self.hostname)

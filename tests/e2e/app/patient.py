"""A worker that imports this has at its start a neighbour, for whose answer it waits long."""

from typing import Any

from celery.app.control import Control

_broadcast = Control.broadcast


def broadcast(self: Control, command: str, **options: Any) -> Any:
    """Wait for the one answer to mingle's question, not for a second."""
    if command == "hello":
        options.update(timeout=60.0, limit=1)
    return _broadcast(self, command, **options)


Control.broadcast = broadcast

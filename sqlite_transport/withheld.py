"""Messages that a thread sends, but that go out only with a transaction yet to come.

A chord's body is sent by Celery's own code, which knows nothing of
transactions, and shall go out in the very transaction that completes the
chord. So that code runs before it, within `withholding`: what it publishes to
this file is kept, and stored when the transaction is there, or never. What it
publishes to another broker goes out at once.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlite_transport.database import Database
from sqlite_transport.message import Envelope

if TYPE_CHECKING:
    from sqlite_transport.broker import Broker


class Withheld:
    """What was withheld, and what became of it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._broker: Broker | None = None
        self._envelopes: list[Envelope] = []
        self._full = False
        self._writes: list[Callable[[Any], None]] = []
        self._announce: Callable[[], None] | None = None

    def take(self, broker: "Broker", envelopes: Sequence[Envelope], full: bool) -> None:
        """Keep messages that are being published."""
        self._broker = broker
        self._envelopes += envelopes
        self._full = self._full or full

    def take_write(self, write: Callable[[Any], None]) -> None:
        """Keep a change that belongs to the messages; it is given the connection."""
        self._writes.append(write)

    def drop(self) -> None:
        """Forget all that was kept."""
        self._envelopes.clear()
        self._writes.clear()

    def store(self, connection: Any) -> None:
        """Write all that was kept; the caller is within a transaction."""
        for write in self._writes:
            write(connection)
        if self._broker is not None and self._envelopes:
            self._announce = self._broker.store(self._envelopes, self._full)

    def announce(self) -> None:
        """Wake who waits for the messages, now that they are committed, and sync them."""
        if self._announce is not None:
            self._announce()


class _Own(threading.local):
    withheld: Withheld | None = None


_own = _Own()


@contextmanager
def withholding(database: Database) -> Iterator[Withheld]:
    """Withhold what this thread publishes to the file, within the `with` block."""
    withheld, before = Withheld(database), _own.withheld
    _own.withheld = withheld
    try:
        yield withheld
    finally:
        _own.withheld = before


def withheld_for(database: Database) -> Withheld | None:
    """Return what takes this thread's messages to the file now, None if they go out."""
    withheld = _own.withheld
    return withheld if withheld is not None and withheld.database is database else None

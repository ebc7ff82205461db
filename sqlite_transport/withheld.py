"""Messages that a thread sends, but that go out only with a transaction of its own.

A user's tasks become visible with the user's own transaction (see `enqueue`).
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
from sqlite_transport.errors import CannotJoin
from sqlite_transport.message import Envelope

if TYPE_CHECKING:
    from sqlite_transport.broker import Broker


class Withheld:
    """What was withheld, and what became of it.

    is_strict: whether a message to another file is an error, and not sent.
    """

    def __init__(self, database: Database, is_strict: bool = False) -> None:
        self.database = database
        self.is_strict = is_strict
        self._expected = 0
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

    def expect(self) -> None:
        """Note that this thread is about to send a task, wherever that goes."""
        self._expected += 1

    def went_elsewhere(self) -> int:
        """Return how many of the tasks went to another broker."""
        return self._expected - sum(envelope.is_task for envelope in self._envelopes)

    def take_write(self, write: Callable[[Any], None]) -> None:
        """Keep a change that belongs to the messages; it is given the connection."""
        self._writes.append(write)

    def drop(self) -> None:
        """Forget all that was kept."""
        self._envelopes.clear()
        self._writes.clear()

    def store(self, connection: Any, is_to_sync: bool = True) -> None:
        """Write all that was kept; the caller is within a transaction.

        is_to_sync: whether `announce` makes durable what is to be.
        """
        for write in self._writes:
            write(connection)
        if self._broker is not None and self._envelopes:
            self._announce = self._broker.store(
                connection, self._envelopes, self._full and is_to_sync
            )

    def announce(self) -> None:
        """Wake who waits for the messages, now that they are committed, and sync them."""
        if self._announce is not None:
            self._announce()


class _Own(threading.local):
    withheld: Withheld | None = None


_own = _Own()


@contextmanager
def withholding(database: Database, is_strict: bool = False) -> Iterator[Withheld]:
    """Withhold what this thread publishes to the file, within the `with` block."""
    withheld, before = Withheld(database, is_strict), _own.withheld
    _own.withheld = withheld
    try:
        yield withheld
    finally:
        _own.withheld = before


def strictly_withheld() -> Withheld | None:
    """Return what takes all that this thread sends now, None if it may send what it likes."""
    withheld = _own.withheld
    return withheld if withheld is not None and withheld.is_strict else None


def withheld_for(database: Database) -> Withheld | None:
    """Return what takes this thread's messages to the file now, None if they go out.

    Raises:
        CannotJoin: they must not go out.
    """
    withheld = _own.withheld
    if withheld is None or withheld.database is database:
        return withheld
    if withheld.is_strict:
        raise CannotJoin(
            f"{database.path}: the transaction of `enqueuing` is one of {withheld.database.path}: "
            "send what goes to another file after the block"
        )
    return None

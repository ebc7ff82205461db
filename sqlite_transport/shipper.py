"""Shipping: what has ended goes from the queue's file to the database at `history_url`.

It is done in rounds, each in a thread of its own, so that a database which is
slow or away holds up no worker. Of all processes one ships at a time: it holds
a byte of the sessions' lock file, which the kernel drops if the process dies.
"""

import logging
import threading
import time
from weakref import WeakKeyDictionary

from kombu.exceptions import OperationalError

from sqlite_transport.broker import Broker
from sqlite_transport.history_store.store import Store
from sqlite_transport.outbox import Outbox

logger = logging.getLogger("sqlite_transport")

#: The byte to hold; sessions begin at 1.
SHIPPING = 0

#: Seconds between two prunings of the history, and that one takes at most.
PRUNE = 10.0
AT_ONCE = 1.0

#: Seconds to wait after a failure, doubled with each to the largest.
BACK_OFF, LONGEST_BACK_OFF = 1.0, 30.0

#: Seconds that `finish` takes at most.
FINISH = 5.0


class Shipper:
    """The shipping of one file by this process."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._outbox = Outbox(broker.database)
        self._store: Store | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._behind = False
        self._not_before = 0.0
        self._prune_at = 0.0
        self._back_off = BACK_OFF

    def tick(self, changed: bool) -> None:
        """Begin a round if it is due; `changed`: something may have ended since the last call."""
        self._behind |= changed
        now = time.monotonic()
        due = self._behind or now >= self._prune_at
        if not due or now < self._not_before or self._is_at_work():
            return
        self._behind = self._stopping = False
        self._thread = threading.Thread(
            target=self._try_round, name="sqlite-history-shipper", daemon=True
        )
        self._thread.start()

    def finish(self) -> None:
        """Ship what is there, for a moment at most; the rest is for whoever comes next."""
        deadline = time.monotonic() + FINISH
        self._wait(deadline)
        self.tick(changed=True)
        self._wait(deadline)
        self._stopping = True
        if self._store is not None and not self._is_at_work():
            self._store.close()

    def _wait(self, deadline: float) -> None:
        """Wait until no round goes on."""
        if self._thread is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))

    def _is_at_work(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _try_round(self) -> None:
        try:
            self.round()
        except Exception as error:
            # Whatever it is: the jobs stay in the file, and go on.
            self._behind = True
            self._not_before = time.monotonic() + self._back_off
            self._back_off = min(2 * self._back_off, LONGEST_BACK_OFF)
            known = isinstance(error, OperationalError)
            logger.error(
                "The history waits in the queue's file: %s. Trying again.",
                error,
                exc_info=None if known else error,
            )
        else:
            self._back_off = BACK_OFF

    def round(self) -> None:
        """Ship all that has ended, and prune, unless another process is at it.

        Raises:
            Unusable, Unavailable: the file, or the database at `history_url`.
        """
        liveness = self._broker.liveness
        if not liveness.try_hold(SHIPPING):
            return
        try:
            store = self._open()
            while not self._stopping and (batch := self._outbox.take()) is not None:
                store.record(batch.entries, batch.attempts, self._broker.kept)
                self._outbox.remove(batch)
            self._behind |= self._stopping
            if time.monotonic() >= self._prune_at and not self._stopping:
                more = store.prune(self._broker.retention, time.time(), AT_ONCE)
                self._prune_at = time.monotonic() + (0.0 if more else PRUNE)
        finally:
            liveness.release(SHIPPING)

    def _open(self) -> Store:
        if self._store is None:
            self._store = Store(self._broker.history_url)
        return self._store


_shippers: "WeakKeyDictionary[Broker, Shipper]" = WeakKeyDictionary()


def shipper_of(broker: Broker) -> Shipper:
    """Return the shipper that all connections of this process to the file share."""
    if broker not in _shippers:
        _shippers[broker] = Shipper(broker)
    return _shippers[broker]

"""What has to be done now and then, by whichever process is there to do it.

Each part first looks without the write turn and takes it only if there is
something to do, a slice at a time, so that no writer waits long.
"""

import time
from typing import TYPE_CHECKING

from sqlite_transport import queue, topology
from sqlite_transport.broker import Broker
from sqlite_transport.content import Content
from sqlite_transport.controls import IS_CONTROLLED, IS_HELD_UP
from sqlite_transport.pruning import Pruning
from sqlite_transport.purging import purge_now_and_then
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.stale_keys import StaleKeys
from sqlite_transport.vacuum import vacuum

if TYPE_CHECKING:
    from sqlite_transport.shipper import Shipper

#: Seconds between two rounds, between two looks for pages to give back, between
#: two prunings of the history, and between two walks through the unique keys.
SWEEP = 0.5
VACUUM = 5.0
PRUNE = 10.0
KEYS = 60.0


class Upkeep:
    """The rounds of one connection through its file.

    is_held_up: whether jobs wait at gates, or may, as far as the last round knew.
    """

    def __init__(self, broker: Broker, max_deliveries: int) -> None:
        self._broker = broker
        self._max_deliveries = max_deliveries
        self._version: tuple[int, ...] = ()
        self._content = Content(broker.database)
        self._sessions: list[int] = []
        self._next_expiry: float | None = None
        self.is_held_up = False
        self._next_gate = ""
        self._vacuumed_at = time.monotonic()
        self._pruning = Pruning(broker.database)
        self._indexing = Indexing(broker.database)
        self._prune_at = 0.0
        self._stale_keys = StaleKeys(broker.database)
        self._keys_at = 0.0

    def run(self) -> bool:
        """Restore the jobs of the dead, expire and delete what is over, give free pages back.

        Tell whether anything in the file has changed since the last round.
        An idle file is asked for that alone.

        Raises:
            Replaced: the file was restored from a backup, so that its session is not there.
        """
        version = self._broker.database.version()
        changed = version != self._version
        self._version = ()  # what a round did not come to, the next one does
        if changed:
            self._look()
        self._broker.reap(self._sessions, self._max_deliveries)
        now = time.time()
        if changed or self._next_gate:
            self._release(now)
        if self._next_expiry is not None and self._next_expiry <= now:
            expire_jobs(self._broker, now)
            expire_queues(self._broker, now)
        if self._broker.history_url:
            # What has not arrived there yet is pruned by nobody here.
            self._shipper().tick(changed)
        elif time.monotonic() >= self._prune_at:
            more = self._pruning.run(self._broker.retention, now)
            self._prune_at = time.monotonic() + (0.0 if more else PRUNE)
        purge_now_and_then(self._broker.database)
        if time.monotonic() >= self._keys_at:
            more = self._stale_keys.run(now)
            self._keys_at = time.monotonic() + (0.0 if more else KEYS)
        self._indexing.keep_up(changed)
        if time.monotonic() - self._vacuumed_at >= VACUUM:
            self._vacuumed_at = time.monotonic()
            vacuum(self._broker.database)
        self._version = version
        return changed

    def close(self) -> None:
        """Do what must not wait for the next process."""
        if self._broker.history_url:
            self._shipper().finish()

    def _shipper(self) -> "Shipper":
        # It brings SQLAlchemy along, which takes a while to import.
        from sqlite_transport.shipper import shipper_of

        return shipper_of(self._broker)

    def _release(self, now: float) -> None:
        """Let go on what may, if jobs wait at gates, or the gates have gone since they did."""
        read = self._broker.database.read
        self.is_held_up = bool(read(IS_CONTROLLED)[0][0]) and bool(read(IS_HELD_UP)[0][0])
        if self.is_held_up:
            # A part each time: there may be thousands of gates, and mostly they are shut.
            self._next_gate = self._broker.release_some(now, self._next_gate) or ""
        else:
            self._next_gate = ""

    def _look(self) -> None:
        self._content.check()
        read = self._broker.database.read
        self._sessions = self._broker.known_sessions()
        self._broker.look_for_watchers(self._broker.database.reader)
        times = (read(queue.NEXT_EXPIRY)[0][0], read(topology.NEXT_EXPIRY)[0][0])
        self._next_expiry = min((time for time in times if time is not None), default=None)


def expire_jobs(broker: Broker, now: float) -> None:
    """End waiting jobs whose time is over as cancelled."""
    next_expiry = broker.database.read(queue.NEXT_EXPIRY)[0][0]
    while next_expiry is not None and next_expiry <= now:
        with broker.database.writing as connection:
            queue.expire(connection, now)
            next_expiry = connection.execute(queue.NEXT_EXPIRY).fetchone()[0]


def expire_queues(broker: Broker, now: float) -> None:
    """Delete the queues that nobody has used for longer than they may be unused."""
    if broker.database.read(topology.EXPIRED_QUEUES, (now,)):
        with broker.database.writing as connection:
            topology.expire_queues(connection, now)

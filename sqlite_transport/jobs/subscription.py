"""A subscription: the receiving end of events, for one thread of whatever process.

It is a session like that of a connection which consumes: alive as long as its
process holds a lock, with a bell that whoever commits something rings. So it
sleeps until there is something, and what it leaves when it dies is found.
"""

import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from sqlite_transport import events
from sqlite_transport.broker import Broker
from sqlite_transport.content import Content
from sqlite_transport.doorbell import Bell
from sqlite_transport.errors import Replaced, Unavailable
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.event import Event, event_from, missed
from sqlite_transport.options import Options
from sqlite_transport.upkeep import SWEEP

logger = logging.getLogger("sqlite_transport")

#: Seconds from one read to the next at least, so that a storm of changes does
#: not wake this process for each: that costs those who make them.
LULL = 0.005


class Subscription(Iterator[Event]):
    """What happens, event by event: an iterator, and a context manager that closes it.

    It listens from when it is made. Nothing is missed and the order is that of
    the changes, unless it is so slow that events which it has not read are
    deleted: then `events:missed` stands in their place. One thread iterates;
    any may close it, which ends the iteration.
    """

    def __init__(
        self,
        broker: Broker,
        options: Options,
        names: frozenset[str] | None,
        timeout: float | None,
        after: int | None,
    ) -> None:
        broker.reap(broker.known_sessions(), options.max_deliveries)
        self._broker = broker
        self._options = options
        self._names = names
        self._timeout = timeout
        self._ready: deque[Event] = deque()
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._iterating = False
        self._closed = False
        self._session, self._position = _begin(broker, after)
        self._noted = self._position
        self._generation = broker.database.generation
        self._content = Content(broker.database)
        try:
            self._bell = Bell(broker.database.path, self._session)
        except BaseException:
            broker.end_session(self._session, options.max_deliveries)
            raise
        broker.look_for_watchers(broker.database.reader)
        self._sessions: list[int] = []
        self._version: tuple[int, ...] = ()
        self._sweep_at = time.monotonic() + SWEEP
        self._read_at = 0.0
        # Dropped without a close, it must not look alive; no SQL in a collector.
        self._abandon = weakref.finalize(self, _abandon, broker, self._session, self._bell)
        self._abandon.atexit = False

    @property
    def position(self) -> int:
        """The id of the latest event that was looked at; `after` goes on from there."""
        return self._ready[0].id - 1 if self._ready else self._position

    def __next__(self) -> Event:
        """Return the next event, as soon as there is one.

        Raises:
            OperationalError: the file cannot be used, and why; calling it again goes on.
        """
        with self._lock:
            self._iterating = not self._closed
        try:
            return self._next()
        finally:
            with self._lock:
                self._iterating = False
                closed = self._closed
            if closed:
                self.close()

    def _next(self) -> Event:
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        while not self._ready:
            if self._closed:
                raise StopIteration
            found = self._fetch()
            left = SWEEP if deadline is None else min(SWEEP, deadline - time.monotonic())
            if self._ready:
                break
            if left <= 0:
                self.close()
            elif not found:
                self._sleep(left)
        return self._ready.popleft()

    def _fetch(self) -> bool:
        """Read what has happened; tell whether that was anything, wanted or not."""
        self._check()
        self._bell.hush()
        if time.monotonic() >= self._sweep_at:
            self._sweep_at = time.monotonic() + SWEEP
            self._sweep()
        self._read_at = time.monotonic()
        rows = events.read(self._broker.database, self._position)
        for row in rows:
            gone = row.id - self._position - 1
            if gone and row.name != events.MISSED:  # that is said by the event itself
                self._ready.append(missed(row, gone))
            if self._names is None or row.name in self._names:
                self._ready.append(event_from(row))
            self._position = row.id
        return bool(rows)

    def _check(self) -> None:
        if self._pid != os.getpid():
            raise JobError("this process was forked from the one that listens: listen anew")
        if self._generation != self._broker.database.generation:
            raise Replaced(f"{self._broker.database.path}: the file was replaced: listen anew")

    def _sweep(self) -> None:
        """Do what those who consume do too: find the dead. And say how far this one has read."""
        database = self._broker.database
        try:
            database.check_identity()
            version = database.version()
            if version != self._version:
                self._version = version
                self._content.check()
                self._sessions = self._broker.known_sessions()
            self._broker.reap(self._sessions, self._options.max_deliveries)
            if self._position - self._noted >= events.RECENT:
                events.note_position(database, self._session, self._position)
                self._noted = self._position
        except Replaced:
            raise
        except Unavailable as error:
            logger.error("%s. Trying again.", error)

    def _sleep(self, seconds: float) -> None:
        with self._lock:
            if self._closed:
                return
        if self._bell.wait(seconds) and not self._closed:
            time.sleep(max(0.0, self._read_at + LULL - time.monotonic()))

    def close(self) -> None:
        """Listen no longer; the last one who does so takes the triggers out of the file.

        A thread that is about to return the next event does this itself, at once.
        """
        with self._lock:
            self._closed = True
            if self._iterating:
                self._bell.ring()
                return
            if self._abandon.detach() is None:
                return
        database = self._broker.database
        try:
            if self._pid == os.getpid() and self._generation == database.generation:
                self._broker.end_session(self._session, self._options.max_deliveries)
                self._broker.look_for_watchers(database.reader)
        finally:
            if self._pid == os.getpid():
                self._broker.abandon_session(self._session)
            self._bell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _begin(broker: Broker, after: int | None) -> tuple[int, int]:
    """Make the session and let it listen, in one transaction; return it and where it stands."""
    session = None
    try:
        with broker.database.writing as connection:
            session = broker.begin_session()
            position = events.subscribe(connection, session, after, time.time())
            newest = events.newest(connection)
            if not 0 <= position <= newest:
                raise JobError(
                    f"there is no event {position} in this file to go on from: the latest is "
                    f"{newest}; leave `after` away to begin with what comes next"
                )
    except BaseException:
        if session is not None:
            broker.abandon_session(session)
        raise
    return session, position


def _abandon(broker: Broker, session: int, bell: Bell) -> None:
    if not broker.forked():
        broker.abandon_session(session)
    bell.close()

"""The broker in one file, as one process uses it: publish, sessions, upkeep."""

import atexit
import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from kombu.exceptions import OperationalError

from sqlite_transport import (
    claiming,
    doorbell,
    queue,
    receipts,
    session,
    settling,
    topology,
)
from sqlite_transport.controls import is_controlled
from sqlite_transport.database import Database, open_database
from sqlite_transport.declarations import Declarations
from sqlite_transport.doorbell import Ringer
from sqlite_transport.inserting import Held, Routed, insert, values_of
from sqlite_transport.library import sqlite3
from sqlite_transport.liveness import Liveness
from sqlite_transport.message import Envelope
from sqlite_transport.retention import Retention
from sqlite_transport.routing import REVISION, Route, Topology, read_subscribers, read_topology
from sqlite_transport.settling import Delivery
from sqlite_transport.status import OVER
from sqlite_transport.unique_insert import UniqueInsert
from sqlite_transport.uniqueness import holder
from sqlite_transport.withheld import withheld_for

logger = logging.getLogger("sqlite_transport")


class Published(NamedTuple):
    """What is to be done once the messages are committed.

    sessions: those to wake. lasting: whether any is to survive power loss.
    held: the task ids of those that were not stored, since the job of the
    other id holds their unique key.
    """

    sessions: Collection[int]
    lasting: bool
    held: Sequence[Held] = ()


class Broker:
    """One for each file and process; every connection to the file shares it.

    retention: how long jobs stay in the history, by status. kept: the statuses
        that do. history_url: where it stays, empty for the file itself. The
        last connection's word holds for all.
    watchers: the sessions that listen to events, as far as is known here. They
        are rung after every commit; one that is not known yet looks by itself.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.liveness = Liveness(database.path)
        self.ringer = Ringer(database)
        self.declarations = Declarations()
        self.sessions: set[int] = set()
        self.retention: Mapping[str, Retention] = {}
        self.kept: frozenset[str] = frozenset(OVER)
        self.history_url = ""
        self.watchers: frozenset[int] = frozenset()
        self._unique = UniqueInsert(database)
        self._topology = Topology(0, (0, 0), {}, {}, {})
        self._pid = os.getpid()

    def retain(self, retention: Mapping[str, Retention], history_url: str = "") -> None:
        """Keep the history for so long, by status, and there."""
        self.retention = retention
        self.history_url = history_url
        self.kept = frozenset(status for status, each in retention.items() if not each.is_off)

    def publish(self, envelopes: Sequence[Envelope], full: bool) -> None:
        """Store the messages in one transaction, all or none, and wake who waits for them.

        full: return only when the persistent ones survive power loss.
        """
        withheld = withheld_for(self.database)
        if withheld is not None:
            withheld.take(self, envelopes, full)
            return
        published = self._publish_at_once(envelopes[0]) if len(envelopes) == 1 else None
        if published is None:
            with self.database.writing as connection:
                published = self._publish(connection, envelopes)
        self._announce(published, full)
        for task_id, first in published.held:
            receipts.settle(task_id, first)

    def store(
        self, connection: Any, envelopes: Sequence[Envelope], full: bool
    ) -> Callable[[], None]:
        """Store the messages within the caller's transaction; return what to call after it."""
        published = self._publish(connection, envelopes)
        for task_id, first in published.held:
            receipts.settle(task_id, first)
        return lambda: self._announce(published, full)

    def _announce(self, published: Published, full: bool) -> None:
        # Who waits may begin while the disk is still busy: only the caller must wait for it.
        self.ringer.ring(published.sessions)
        if full and published.lasting:
            self.database.sync()

    def _publish_at_once(self, envelope: Envelope) -> Published | None:
        """Store a message for one known queue by a single statement.

        It does nothing, and None is returned, when there is more to it or the
        routing has changed since it was read.
        """
        known = self._topology
        routes = known.lookup(envelope.exchange, envelope.routing_key)
        if (
            envelope.retry_count
            or len(routes) != 1
            or routes[0].max_length is not None
            or known.epoch != self.database.epoch
        ):
            return None
        route = routes[0]
        values = (*values_of(route, envelope), known.revision)
        held: Sequence[Held] = ()
        try:
            if envelope.unique is None:
                self.database.write(queue.INSERT_AT_REVISION, values)
            elif not self._unique.store(values, envelope.unique, envelope.created_at):
                return None
        except sqlite3.IntegrityError:
            first = self._holder(envelope)
            if first is None:
                return None
            held = ((envelope.task_id, first),)
        return Published(route.sessions, route.durable and envelope.persistent, held)

    def _holder(self, envelope: Envelope) -> str | None:
        """Return the task id of the job that holds the message's key, None if there is none."""
        wanted = envelope.unique
        if wanted is None:
            return None
        return holder(self.database.reader, wanted.key, envelope.created_at)

    def _publish(self, connection: Any, envelopes: Sequence[Envelope]) -> Published:
        routed = self._route_all(connection, envelopes)
        sent, held = insert(connection, routed)
        for route in {route for _, routes in sent for route in routes}:
            if route.max_length is not None:
                queue.drop_overflow(connection, route.queue, route.max_length, time.time())
        return Published(
            {each for _, routes in sent for route in routes for each in route.sessions},
            # The first of a unique job is committed, but perhaps not synced yet.
            any(route.durable and each.persistent for each, routes in routed for route in routes),
            held,
        )

    def _route_all(self, connection: Any, envelopes: Sequence[Envelope]) -> list[Routed]:
        known = self.topology(connection)
        sent: list[Routed] = []
        for envelope in envelopes:
            routes = known.lookup(envelope.exchange, envelope.routing_key)
            if not routes:
                routes = self._make_route(connection, envelope)
                known = self.topology(connection)
            sent.append((envelope, routes))
        return sent

    def topology(self, connection: Any) -> Topology:
        """Return exchanges, bindings, queues and consumers as they stand in this transaction."""
        revision: int = connection.execute(REVISION).fetchone()[0]
        known = self._topology
        if known.revision != revision or known.epoch != self.database.epoch:
            known = read_topology(connection, revision, self.database.epoch)
            self._watch(known.subscribers)
            if connection is not self.database.connection and not self._is_committed(revision):
                return known  # for nobody else, as long as a guest has not committed it
            self._topology = known
            routes = known.routes.values()
            self.ringer.keep_only(
                {each for route in routes for each in route.sessions} | self.watchers
            )
        return known

    def _is_committed(self, revision: int) -> bool:
        """Tell whether what a guest has read is what everybody reads."""
        committed: int = self.database.read(REVISION)[0][0]
        return committed == revision

    def look_for_watchers(self, connection: Any) -> None:
        """Learn who listens to events, which a process that does not publish hears of late."""
        self._watch(read_subscribers(connection))

    def _watch(self, sessions: Collection[int]) -> None:
        self.watchers = frozenset(sessions)
        self.database.after_commit = self._ring_watchers if sessions else None

    def _ring_watchers(self) -> None:
        self.ringer.ring(self.watchers)

    def _make_route(self, connection: Any, envelope: Envelope) -> tuple[Route, ...]:
        """Find queues for a message that has none, or drop it as AMQP does.

        What this process declared itself is declared again. A persistent
        message to the default exchange makes its queue, as on Redis: a job
        must not be lost because nobody has declared its queue yet.
        """
        exchange, routing_key = envelope.exchange, envelope.routing_key
        self.declarations.repeat(connection, exchange, routing_key, envelope.created_at)
        routes = self.topology(connection).lookup(exchange, routing_key)
        if not routes and not exchange and envelope.persistent:
            topology.declare_queue(connection, topology.Queue(routing_key), envelope.created_at)
            routes = self.topology(connection).lookup(exchange, routing_key)
        elif not routes and envelope.is_task:
            logger.warning(
                "No queue is bound to exchange %r with routing key %r: task %s[%s] is dropped",
                exchange,
                routing_key,
                envelope.type,
                envelope.task_id,
            )
        return routes

    def begin_session(self) -> int:
        """Make a session for a connection of this process, and restore what dead ones left."""
        with self.database.writing as connection:
            number = session.begin(connection, self.liveness, time.time())
            self.sessions.add(number)
        return number

    def end_session(self, number: int, max_deliveries: int) -> None:
        """Say goodbye for a session, our own or a dead one; its jobs go back to their places."""
        # Its pipe first: whoever dies between the two leaves a session that is found again.
        doorbell.remove(doorbell.directory_of(self.database.path) / str(number))
        with self.database.writing as connection:
            now = time.time()
            queues = session.end(connection, number, max_deliveries, now)
            if is_controlled(connection):
                queues |= claiming.release_some(connection, now)[0]
            waiting = self.waiting_for(connection, queues)
        self.abandon_session(number)
        self.ringer.ring(waiting)

    def release(self, now: float) -> None:
        """Let the jobs go on that wait at gates which are open, whatever has opened them."""
        after: str | None = ""
        while after is not None:
            after = self.release_some(now, after)

    def release_some(self, now: float, after: str) -> str | None:
        """Do a part of that; return what to go on with (see `claiming.release_some`)."""
        with self.database.writing as connection:
            queues, rest = claiming.release_some(connection, now, after)
            waiting = self.waiting_for(connection, queues)
        self.ringer.ring(waiting)
        return rest

    def abandon_session(self, number: int) -> None:
        """Leave a session of this process to be found dead; takes no transaction."""
        self.sessions.discard(number)
        self.liveness.release(number)

    def correct(self, delivery: Delivery) -> None:
        """Tell how a job ended that was given up with a session of this process."""
        with suppress(OperationalError), self.database.writing as connection:
            settling.correct(connection, delivery, time.time())

    def known_sessions(self) -> list[int]:
        """Return the sessions of all processes, the dead ones too."""
        return [row[0] for row in self.database.read("SELECT id FROM session")]

    def reap(self, sessions: Iterable[int], max_deliveries: int) -> None:
        """Say goodbye for those of the sessions whose processes have died."""
        for number in session.find_dead(sessions, self.liveness):
            logger.info("Session %d has died: its jobs go back to their queues", number)
            self.end_session(number, max_deliveries)

    def waiting_for(self, connection: Any, queues: Collection[str]) -> set[int]:
        """Return the sessions that consume from any of the queues."""
        if not queues:
            return set()
        routes = self.topology(connection).routes
        return {each for name in queues if name in routes for each in routes[name].sessions}

    def purge(self, name: str) -> int:
        """Move all waiting jobs of the queue to history as cancelled; return how many.

        It goes in slices, so that others write meanwhile; jobs published
        meanwhile stay.
        """
        newest = self.database.read(queue.NEWEST)[0][0]
        removed = 0
        for status in queue.PURGE_ORDER:
            count = queue.SLICE
            while count == queue.SLICE:
                with self.database.writing as connection:
                    count = queue.purge_slice(connection, name, status, newest, time.time())
                removed += count
        return removed

    def forked(self) -> bool:
        """Tell whether this is a child of the process that made this object."""
        return self._pid != os.getpid()


_brokers: dict[Path, Broker] = {}


def open_broker(path: Path, busy_timeout: float) -> Broker:
    """Return this process's `Broker` for the file, which is created if it is missing."""
    database = open_database(path, busy_timeout)
    broker = _brokers.get(path)
    if broker is None or broker.forked():
        broker = _brokers[path] = Broker(database)
    return broker


def known_broker(path: Path) -> Broker | None:
    """Return this process's `Broker` for the file, None if it has not used the file yet."""
    broker = _brokers.get(path)
    return None if broker is None or broker.forked() else broker


def close_sessions(brokers: Iterable[Broker] | None = None) -> None:
    """Say goodbye for the sessions that are still open when the process ends."""
    for broker in list(_brokers.values()) if brokers is None else brokers:
        if not broker.forked():
            for number in list(broker.sessions):
                # What is left then, somebody else will find.
                with suppress(OperationalError):
                    broker.end_session(number, max_deliveries=0)


atexit.register(close_sessions)

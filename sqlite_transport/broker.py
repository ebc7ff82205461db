"""The broker in one file, as one process uses it: publish, sessions, upkeep."""

import atexit
import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kombu.exceptions import OperationalError

from sqlite_transport import doorbell, queue, session, settling, topology
from sqlite_transport.database import Database, open_database
from sqlite_transport.declarations import Declarations
from sqlite_transport.doorbell import Ringer
from sqlite_transport.library import sqlite3
from sqlite_transport.liveness import Liveness
from sqlite_transport.message import Envelope
from sqlite_transport.retention import Retention
from sqlite_transport.routing import REVISION, Route, Topology, read_topology
from sqlite_transport.settling import Delivery
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED
from sqlite_transport.withheld import withheld_for

logger = logging.getLogger("sqlite_transport")

#: Messages and the queues that each went to.
Sent = list[tuple[Envelope, tuple[Route, ...]]]


class Broker:
    """One for each file and process; every connection to the file shares it.

    retention: how long jobs stay in the history, by status. kept: the statuses
        that do. history_url: where it stays, empty for the file itself. The
        last connection's word holds for all.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.liveness = Liveness(database.path)
        self.ringer = Ringer(database)
        self.declarations = Declarations()
        self.sessions: set[int] = set()
        self.retention: Mapping[str, Retention] = {}
        self.kept: frozenset[str] = frozenset((COMPLETED, FAILED, CANCELLED))
        self.history_url = ""
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
        sent = (len(envelopes) == 1 and self._publish_at_once(envelopes[0])) or self._publish(
            envelopes
        )
        self._announce(sent, full)

    def store(self, envelopes: Sequence[Envelope], full: bool) -> Callable[[], None]:
        """Store the messages within the caller's transaction; return what to call after it."""
        sent = self._publish(envelopes)
        return lambda: self._announce(sent, full)

    def _announce(self, sent: "Sent", full: bool) -> None:
        # Who waits may begin while the disk is still busy: only the caller must wait for it.
        self.ringer.ring(
            {each for _, routes in sent for route in routes for each in route.sessions}
        )
        if full and any(
            route.durable and envelope.persistent for envelope, routes in sent for route in routes
        ):
            self.database.sync()

    def _publish_at_once(self, envelope: Envelope) -> "Sent | None":
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
        values = (*_values(routes[0], envelope), known.revision)
        try:
            self.database.write(queue.INSERT_AT_REVISION, values)
        except sqlite3.IntegrityError:
            return None
        return [(envelope, routes)]

    def _publish(self, envelopes: Sequence[Envelope]) -> "Sent":
        with self.database.writing as connection:
            sent = self._route_all(connection, envelopes)
            connection.executemany(queue.INSERT, list(_new_rows(connection, sent)))
            for route in {route for _, routes in sent for route in routes}:
                if route.max_length is not None:
                    queue.drop_overflow(connection, route.queue, route.max_length, time.time())
        return sent

    def _route_all(self, connection: Any, envelopes: Sequence[Envelope]) -> "Sent":
        known = self.topology(connection)
        sent: Sent = []
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
            known = self._topology = read_topology(connection, revision, self.database.epoch)
            routes = known.routes.values()
            self.ringer.keep_only({each for route in routes for each in route.sessions})
        return known

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
            queues = session.end(connection, number, max_deliveries, time.time())
            waiting = self.waiting_for(connection, queues)
        self.abandon_session(number)
        self.ringer.ring(waiting)

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
        for status in ("pending", "scheduled"):
            count = queue.SLICE
            while count == queue.SLICE:
                with self.database.writing as connection:
                    count = queue.purge_slice(connection, name, status, newest, time.time())
                removed += count
        return removed

    def forked(self) -> bool:
        """Tell whether this is a child of the process that made this object."""
        return self._pid != os.getpid()


def _new_rows(connection: Any, sent: "Sent") -> Iterator[tuple[object, ...]]:
    """Yield the rows to insert; the retry of a job that is running goes into its own row."""
    for envelope, routes in sent:
        for route in routes:
            values = _values(route, envelope)
            alone = len(routes) == 1
            if not (envelope.retry_count and alone and queue.try_again(connection, values)):
                yield values


def _values(route: Route, envelope: Envelope) -> tuple[object, ...]:
    """Return the parameters of `queue.INSERT` for a message in one of its queues."""
    priority, expires_at = envelope.priority, envelope.expires_at
    if route.max_priority is not None:
        priority = min(priority, route.max_priority)
    if route.message_ttl is not None:
        over = (envelope.due_at or envelope.created_at) + route.message_ttl
        expires_at = over if expires_at is None else min(expires_at, over)
    return (
        route.queue,
        priority,
        "pending" if envelope.due_at is None else "scheduled",
        envelope.created_at,
        envelope.due_at or 0,
        expires_at or 0,
        envelope.type,
        envelope.task_id,
        envelope.payload,
        envelope.headers,
        envelope.properties,
        envelope.content_type,
        envelope.content_encoding,
        envelope.retry_count,
        not envelope.is_task and not (envelope.persistent and route.durable),
    )


_brokers: dict[Path, Broker] = {}


def open_broker(path: Path, busy_timeout: float) -> Broker:
    """Return this process's `Broker` for the file, which is created if it is missing."""
    database = open_database(path, busy_timeout)
    broker = _brokers.get(path)
    if broker is None or broker.forked():
        broker = _brokers[path] = Broker(database)
    return broker


def close_sessions(brokers: Iterable[Broker] | None = None) -> None:
    """Say goodbye for the sessions that are still open when the process ends."""
    for broker in list(_brokers.values()) if brokers is None else brokers:
        if not broker.forked():
            for number in list(broker.sessions):
                # What is left then, somebody else will find.
                with suppress(OperationalError):
                    broker.end_session(number, max_deliveries=0)


atexit.register(close_sessions)

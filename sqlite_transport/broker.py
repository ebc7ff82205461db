"""The broker in one file, as one process uses it: publish, sessions, upkeep."""

import atexit
import logging
import os
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlite_transport import doorbell, queue, session, topology
from sqlite_transport.database import Database, open_database
from sqlite_transport.declarations import Declarations
from sqlite_transport.doorbell import Ringer
from sqlite_transport.liveness import Liveness
from sqlite_transport.message import Envelope
from sqlite_transport.routing import REVISION, Route, Topology, read_topology

logger = logging.getLogger("sqlite_transport")


class Broker:
    """One for each file and process; every connection to the file shares it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.liveness = Liveness(database.path)
        self.ringer = Ringer(database.path)
        self.declarations = Declarations()
        self.sessions: set[int] = set()
        self._topology = Topology({}, {}, {})
        self._known: tuple[int, ...] = ()
        self._pid = os.getpid()

    def publish(self, envelopes: Sequence[Envelope], durable: bool) -> None:
        """Store the messages in one transaction, all or none, and wake who waits for them.

        durable: return only when they survive power loss.
        """
        sessions: set[int] = set()
        with self.database.writing as connection:
            execute = connection.execute
            known = self.topology(execute)
            for envelope in envelopes:
                routes = known.lookup(envelope.exchange, envelope.routing_key)
                if not routes:
                    routes = self._find_route(execute, envelope)
                    known = self._topology
                for route in routes:
                    _insert(execute, route, envelope)
                    sessions.update(route.sessions)
        if durable:
            self.database.sync()
        self.ringer.ring(sessions)

    def topology(self, execute: Any) -> Topology:
        """Return exchanges, bindings, queues and consumers as they stand in this transaction."""
        revision: int = execute(REVISION).fetchone()[0]
        # What was read before a rollback, or from another file, may never have been.
        known = (revision, self.database.rollbacks, self.database.generation)
        if known != self._known:
            self._topology = read_topology(execute)
            self._known = known
            routes = self._topology.routes.values()
            self.ringer.keep_only({each for route in routes for each in route.sessions})
        return self._topology

    def _find_route(self, execute: Any, envelope: Envelope) -> tuple[Route, ...]:
        """Find a way for a message that has none, or drop it as AMQP does.

        What this process declared itself is declared again. A persistent
        message to the default exchange makes its queue, as on Redis: a job
        must not be lost because nobody has declared its queue yet.
        """
        exchange, routing_key = envelope.exchange, envelope.routing_key
        self.declarations.repeat(execute, exchange, routing_key, envelope.created_at)
        found = self.topology(execute).lookup(exchange, routing_key)
        if found or envelope.transient:
            return found
        if exchange:
            logger.warning(
                "No queue is bound to exchange %r with routing key %r: the message is dropped",
                exchange,
                routing_key,
            )
            return ()
        topology.declare_queue(execute, topology.Queue(routing_key), envelope.created_at)
        return self.topology(execute).lookup(exchange, routing_key)

    def begin_session(self) -> int:
        """Make a session for a connection of this process, and restore what dead ones left."""
        with self.database.writing as connection:
            number = session.begin(connection.execute, self.liveness, time.time())
            self.sessions.add(number)
        return number

    def end_session(self, number: int, max_deliveries: int) -> None:
        """Say goodbye for a session, our own or a dead one; its jobs go back to their places."""
        with self.database.writing as connection:
            execute = connection.execute
            queues = session.end(execute, number, max_deliveries, time.time())
            waiting = self.waiting_for(execute, queues)
        self.abandon_session(number)
        doorbell.remove(doorbell.directory_of(self.database.path) / str(number))
        self.ringer.ring(waiting)

    def abandon_session(self, number: int) -> None:
        """Leave a session of this process to be found dead; takes no transaction."""
        self.sessions.discard(number)
        self.liveness.release(number)

    def reap(self, max_deliveries: int) -> None:
        """Say goodbye for the sessions of processes that have died."""
        known = [row[0] for row in self.database.read("SELECT id FROM session")]
        for number in session.find_dead(known, self.liveness):
            logger.info("Session %d has died: its jobs go back to their queues", number)
            self.end_session(number, max_deliveries)

    def waiting_for(self, execute: Any, queues: Collection[str]) -> set[int]:
        """Return the sessions that consume from any of the queues."""
        if not queues:
            return set()
        routes = self.topology(execute).routes
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
                    count = queue.purge_slice(connection.execute, name, status, newest, time.time())
                removed += count
        return removed

    def forked(self) -> bool:
        """Tell whether this is a child of the process that made this object."""
        return self._pid != os.getpid()


def _insert(execute: Any, route: Route, envelope: Envelope) -> None:
    priority, expires_at = envelope.priority, envelope.expires_at
    if route.max_priority is not None:
        priority = min(priority, route.max_priority)
    if route.message_ttl is not None:
        ready_at = envelope.due_at or envelope.created_at
        expires_at = min(expires_at or ready_at + route.message_ttl, ready_at + route.message_ttl)
    execute(
        queue.INSERT,
        (
            route.queue,
            priority,
            "pending" if envelope.due_at is None else "scheduled",
            envelope.created_at,
            envelope.due_at,
            expires_at,
            envelope.type,
            envelope.task_id,
            envelope.payload,
            envelope.headers,
            envelope.properties,
            envelope.content_type,
            envelope.content_encoding,
            envelope.retry_count,
            envelope.transient,
        ),
    )
    if route.max_length is not None:
        queue.drop_overflow(execute, route.queue, route.max_length, envelope.created_at)


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
                broker.end_session(number, max_deliveries=0)


atexit.register(close_sessions)

"""SQLite transport module for Kombu.

Features
========
* Type: Virtual
* Supports Direct: Yes
* Supports Topic: Yes
* Supports Fanout: Yes
* Supports Priority: Yes (0 to 9, lower first)
* Supports TTL: Yes

Connection String
=================
Connection string has the following formats:

.. code-block::

    sqlite:///relative/path.db
    sqlite:////absolute/path.db
    sqlite:///path.db?durability=normal

Transport Options
=================
* ``durability``: ``full`` (default) or ``normal``.
* ``max_deliveries``: deliveries after which a message counts as poison
  (default 5; 0 for no limit).
* ``default_priority``: of messages that name none (default 5).
* ``busy_timeout``: seconds to wait for another program's lock (default 5).
* ``history_completed``, ``history_failed``, ``history_cancelled``: how long the
  history is kept: an age (``30d``), a number of jobs, both, ``forever``, ``off``.
* ``history_url``: the SQLAlchemy URL of a database for the history (default
  the queue's file).
"""

import os
import sys
import time
from typing import Any

from amqp.exceptions import ConnectionError as AMQPConnectionError
from amqp.exceptions import RecoverableConnectionError
from kombu.exceptions import ChannelError
from kombu.transport import base

from sqlite_transport.broker import Broker, open_broker
from sqlite_transport.channel import Channel
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.event_loop import LoopBinding
from sqlite_transport.inbox import Inbox
from sqlite_transport.library import VERSION, sqlite3
from sqlite_transport.location import SCHEME, parse_url
from sqlite_transport.options import Options, read_options
from sqlite_transport.upkeep import SWEEP


class Management(base.Management):
    """What `celery list bindings` asks."""

    def get_bindings(self) -> list[dict[str, str]]:
        """Return every binding in the file."""
        with self.transport.client.channel() as channel:
            return [
                {"destination": queue, "source": exchange, "routing_key": routing_key}
                for queue, exchange, routing_key in channel.list_bindings()
            ]


class Transport(base.Transport):
    """A connection to one SQLite file."""

    Management = Management

    can_parse_url = True
    default_port = None
    driver_type = "sqlite"
    driver_name = sqlite3.__name__.partition(".")[0]

    connection_errors = (AMQPConnectionError, Unavailable, Unusable, OSError)
    channel_errors = (ChannelError,)
    recoverable_connection_errors = (RecoverableConnectionError, Unavailable, OSError)
    recoverable_channel_errors = ()

    implements = base.Transport.implements.extend(
        asynchronous=True,
        batch_publish=True,
        exchange_type=frozenset(["direct", "topic", "fanout"]),
        heartbeats=False,
    )

    broker: Broker
    options: Options

    def __init__(self, client: Any, **_: Any) -> None:
        self.client = client
        self.channels: list[Channel] = []
        self.inbox: Inbox | None = None
        self._loop: LoopBinding | None = None
        self._pid = os.getpid()
        self._last_channel = 0
        self._swept = 0.0
        _offer_to_worker()

    # -- connecting -------------------------------------------------------

    def establish_connection(self) -> "Transport":
        """Open the file, which is created if it is missing.

        Raises:
            ValueError: the URL or an option is wrong.
            Unavailable, Unusable: the file cannot be used, and why.
        """
        path, query = parse_url(self._url())
        settings = self.client.transport_options or {}
        self.options = read_options(query, settings, path)
        self.broker = open_broker(path, self.options.busy_timeout)
        # A connection that says nothing of the history leaves it to those that do.
        says = any(name.startswith("history_") for name in (*settings, *query))
        if says or not self.broker.retention:
            self.broker.retain(self.options.retention(), self.options.history_url)
        return self

    def _url(self) -> str:
        hostname = self.client.hostname
        if hostname and "://" in hostname:
            return str(hostname)
        # After a failover kombu has taken the URL apart itself, and decoded the path.
        path = str(self.client.virtual_host).replace("%", "%25").replace("?", "%3F")
        return f"{SCHEME}/{path}"

    def as_uri(self, uri: str, include_password: bool = False, mask: str = "**") -> str:
        """Return the URL as it was given: it holds no secret."""
        return uri or self._url()

    def driver_version(self) -> str:
        """Return the version of the SQLite library."""
        return ".".join(map(str, VERSION))

    def verify_connection(self, connection: "Transport") -> bool:
        """Tell whether the connection still serves this process."""
        return not self.forked()

    def forked(self) -> bool:
        """Tell whether this is a child of the process that made the connection."""
        return self._pid != os.getpid()

    def create_channel(self, connection: "Transport") -> Channel:
        """Return a new channel."""
        self._last_channel += 1
        channel = Channel(self, self._last_channel)
        self.channels.append(channel)
        return channel

    def close_channel(self, channel: Channel) -> None:
        """Forget a channel that was closed."""
        if channel in self.channels:
            self.channels.remove(channel)

    def close_connection(self, connection: "Transport") -> None:
        """Close the channels, put back what is unacked and end the session."""
        loop, self._loop = self._loop, None
        if loop is not None and not self.forked():
            loop.detach()
        inbox = self.inbox
        try:
            for channel in list(self.channels):
                channel.close()
        finally:
            self.channels.clear()
            self.inbox = None
            if inbox is not None:
                inbox.close()

    def _collect(self, connection: "Transport") -> None:
        """Close after an error or, in a forked child, let go of what is the parent's."""
        try:
            self.close_connection(connection)
        except self.connection_errors + self.channel_errors:
            self.inbox = None

    # -- receiving --------------------------------------------------------

    def open_inbox(self) -> Inbox:
        """Return the connection's receiving side, made when it is first needed."""
        if self.inbox is None:
            self.inbox = Inbox(self.broker, self.options, self.channels)
        return self.inbox

    def drain_events(self, connection: "Transport", timeout: float | None = None) -> None:
        """Wait for a message and deliver it.

        timeout: seconds; None waits for ever and 0 not at all.

        Raises:
            socket.timeout: none came.
        """
        if self.deliver_one():
            return
        inbox = self.open_inbox()
        deadline = None if timeout is None else time.monotonic() + timeout
        is_late = False
        while not (self._fetch(inbox) and self.deliver_one()):
            if deadline is None or time.monotonic() < deadline:
                self._wait(inbox, deadline)
            elif not is_late and inbox.bell.hush():
                is_late = True  # it rang in time, while something else was done
                inbox.ring()
            else:
                raise TimeoutError

    def _fetch(self, inbox: Inbox) -> bool:
        if time.monotonic() - self._swept >= SWEEP:
            self._swept = time.monotonic()
            inbox.sweep()
        return inbox.is_hungry() and not inbox.unusable and inbox.fetch()

    def _wait(self, inbox: Inbox, deadline: float | None) -> None:
        """Sleep until the bell rings, a job is due, a sweep is, or the deadline is over."""
        limits = [SWEEP]
        if deadline is not None:
            limits.append(deadline - time.monotonic())
        due = inbox.seconds_to_due()
        if due is not None:
            limits.append(due)
        if inbox.wait(max(0.0, min(limits))):
            inbox.bell.hush()
            inbox.ring()
        elif due is not None and due <= min(limits):
            inbox.ring()

    def deliver_one(self) -> bool:
        """Deliver one claimed message, the channels taking turns; tell whether there was one."""
        channels = self.channels
        for channel in channels:
            if channel.ready:
                if channel is not channels[-1]:
                    channels.remove(channel)
                    channels.append(channel)
                channel.deliver()
                return True
        return False

    def register_with_event_loop(self, connection: "Transport", loop: Any) -> None:
        """Receive through the event loop of a Celery worker from now on."""
        if self._loop is not None:
            self._loop.detach()
        self._loop = LoopBinding(self, loop)

    def unregister_from_event_loop(self, connection: "Transport", loop: Any) -> None:
        """Leave the event loop."""
        if self._loop is not None:
            self._loop.detach()
            self._loop = None


def _offer_to_worker() -> None:
    """Let a Celery worker's mingle and gossip run on this transport, and its tasks tell their ends.

    The two name the transports they trust, in sets that can be added to. The
    modules are there only in a worker, which opens a connection before it asks.
    """
    if "celery.worker.consumer" in sys.modules:
        from sqlite_transport import worker

        worker.install()
    for name, step in (("mingle", "Mingle"), ("gossip", "Gossip")):
        module = sys.modules.get(f"celery.worker.consumer.{name}")
        if module is not None:
            getattr(module, step).compatible_transports.add(Transport.driver_type)

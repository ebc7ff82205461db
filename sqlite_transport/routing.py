"""Which queues a message goes to, and who waits at them.

Exchanges, bindings, queues and consumers live in the file, so every process
routes alike. Each process remembers what it read together with the revision
at which it read it; a publish checks the revision in its own transaction and
reads anew when somebody has changed something since.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Route:
    """A queue as a publisher needs to know it.

    durable: whether its messages are to survive power loss, if they are
    persistent. message_ttl: seconds, or None. sessions: those that consume from it.
    """

    queue: str
    durable: bool
    message_ttl: float | None
    max_priority: int | None
    max_length: int | None
    sessions: tuple[int, ...]


class Topology:
    """Exchanges, bindings, queues and consumers as they stood at one revision of the file.

    Threads share it: it does not change, but is replaced by another. epoch:
    what the reader knew of the file besides; see `Database.epoch`. subscribers:
    the sessions that listen to events.
    """

    def __init__(
        self,
        revision: int,
        epoch: tuple[int, int],
        exchanges: Mapping[str, str],
        routes: Mapping[str, Route],
        bindings: Mapping[str, list[tuple[str, str]]],
        subscribers: Collection[int] = (),
    ) -> None:
        self.revision = revision
        self.epoch = epoch
        self.exchanges = exchanges
        self.routes = routes
        self.bindings = bindings
        self.subscribers = subscribers
        self._found: dict[tuple[str, str], tuple[Route, ...]] = {}

    def lookup(self, exchange: str, routing_key: str) -> tuple[Route, ...]:
        """Return where a message goes; each queue once, none if nothing is bound."""
        key = (exchange, routing_key)
        try:
            return self._found[key]
        except KeyError:
            if len(self._found) > 10_000:
                self._found.clear()
            found = self._found[key] = tuple(self._search(exchange, routing_key))
            return found

    def _search(self, exchange: str, routing_key: str) -> list[Route]:
        if not exchange:  # the default exchange: every queue is bound by its name
            names = [routing_key]
        else:
            matches = MATCHES[self.exchanges.get(exchange, "direct")]
            names = [
                queue
                for bound, queue in self.bindings.get(exchange, ())
                if matches(bound, routing_key)
            ]
        return [self.routes[name] for name in dict.fromkeys(names) if name in self.routes]


@cache
def topic_pattern(binding: str) -> re.Pattern[str]:
    """Return the pattern of a topic binding: `*` is one word, `#` any number of them.

    It is for a routing key that has a dot after each word, the last included.
    """
    words = {"*": r"[^.]+\.", "#": r"(?:[^.]*\.)*"}
    return re.compile(
        "".join(words.get(word, re.escape(word) + r"\.") for word in binding.split("."))
    )


def _topic(bound: str, routing_key: str) -> bool:
    return topic_pattern(bound).fullmatch(routing_key + ".") is not None


MATCHES: dict[str, Callable[[str, str], bool]] = {
    "direct": lambda bound, routing_key: bound == routing_key,
    "topic": _topic,
    "fanout": lambda bound, routing_key: True,  # noqa: ARG005
}

REVISION = "SELECT revision FROM state"
EXCHANGES = "SELECT name, type FROM exchange"
QUEUES = "SELECT name, durable, message_ttl_ms, max_priority, max_length FROM queue"
BINDINGS = "SELECT exchange, routing_key, queue FROM binding"
CONSUMERS = "SELECT DISTINCT queue, session FROM consumer"
SUBSCRIBERS = "SELECT session FROM subscriber"


def read_topology(connection: Any, revision: int, epoch: tuple[int, int]) -> Topology:
    """Read all of it; the caller holds a transaction, so that it is of one piece."""
    sessions: dict[str, list[int]] = defaultdict(list)
    for queue, session in connection.execute(CONSUMERS):
        sessions[queue].append(session)
    routes = {
        name: Route(
            name, bool(durable), ttl and ttl / 1000, priority, length, tuple(sessions[name])
        )
        for name, durable, ttl, priority, length in connection.execute(QUEUES)
    }
    bindings: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for exchange, routing_key, queue in connection.execute(BINDINGS):
        bindings[exchange].append((routing_key, queue))
    exchanges = dict(connection.execute(EXCHANGES).fetchall())
    return Topology(revision, epoch, exchanges, routes, bindings, read_subscribers(connection))


def read_subscribers(connection: Any) -> list[int]:
    """Return the sessions that listen to events."""
    return [row[0] for row in connection.execute(SUBSCRIBERS).fetchall()]

"""What a connection has settled, and what has begun to run, until it is written.

Any thread may add to it at any moment, so its lists are never replaced, only
filled at one end and emptied at the other.
"""

import time
from collections import defaultdict, deque
from collections.abc import Collection
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from sqlite_transport import queue, settling
from sqlite_transport.queue import Return
from sqlite_transport.settling import ACCEPT, CLOSE, FINISH, REQUEUE, RETRY, RETURN, Delivery
from sqlite_transport.status import REQUEUED

#: A way of `settling`, and the job.
Settled = tuple[str, Delivery]

Entry = TypeVar("Entry")


class Owner(NamedTuple):
    """Who settles: its session, what it keeps in the history, and how often it has a job tried."""

    session: int
    kept: Collection[str]
    max_deliveries: int


class Page(NamedTuple):
    """What was taken off a ledger, to be written in one transaction."""

    settled: list[Settled]
    begun: list[Delivery]

    def write(self, connection: Any, owner: Owner, now: float) -> set[str]:
        """Settle the jobs; return the queues that have work because some were put back."""
        ways: dict[str, list[Delivery]] = defaultdict(list)
        for how, delivery in self.settled:
            ways[how].append(delivery)
        session, kept = owner.session, owner.kept
        # What has ended by now is told by its outcome, which is written with this or in a moment,
        # unless it is put back.
        begun = [
            each
            for each in (*self.begun, *ways[ACCEPT])
            if not each.is_unstarted and (each.outcome is None or each in ways[REQUEUE])
        ]
        if begun:
            settling.begin(connection, begun, session)
        # Before what has ended: with a job that leaves no trace its attempts go.
        for delivery in dict.fromkeys(ways[RETRY]):
            settling.retry(connection, delivery, session, kept, now)
        if ways[FINISH]:
            settling.finish(connection, ways[FINISH], session, kept, now)
        queues = _requeue(connection, ways[REQUEUE], owner, now)
        for how, why in ((RETURN, Return.UNSEEN), (CLOSE, Return.UNSETTLED)):
            queues |= queue.give_back(connection, _fences(ways[how]), why, session, now)
        return queues


def _requeue(connection: Any, deliveries: list[Delivery], owner: Owner, now: float) -> set[str]:
    for delivery in deliveries:
        if owner.kept:
            settling.note_attempt(connection, delivery, REQUEUED, now)
        limit = owner.max_deliveries
        fence = (delivery.id, delivery.attempt)
        queue.bury_poison(connection, queue.POISON_ONE, owner.session, limit, now, *fence)
    return queue.give_back(connection, _fences(deliveries), Return.REQUEUED, owner.session, now)


def _fences(deliveries: list[Delivery]) -> list[queue.Attempt]:
    return [(delivery.id, delivery.attempt) for delivery in deliveries]


class Ledger:
    """The lists of one connection."""

    def __init__(self) -> None:
        self._settled: deque[Settled] = deque()
        self._settled_since = 0.0
        self._begun: deque[Delivery] = deque()
        self._under_way: list[Page] = []

    @property
    def unsettled(self) -> bool:
        """Whether something was settled that is not written yet."""
        return bool(self._settled)

    @property
    def is_blank(self) -> bool:
        """Whether all that was noted is written."""
        return not self._settled and not self._begun and not self._under_way

    @property
    def has_begun(self) -> bool:
        """Whether something has begun that is not written yet."""
        return bool(self._begun)

    def settled_for(self) -> float:
        """Return for how many seconds something has been settled and not written."""
        return time.monotonic() - self._settled_since if self._settled else 0.0

    def settle(self, how: str, delivery: Delivery) -> None:
        """Note that a job was settled, in one of the ways of `settling`."""
        if not self._settled:
            self._settled_since = time.monotonic()
        self._settled.append((how, delivery))

    def begin(self, delivery: Delivery) -> None:
        """Note that a job has begun to run."""
        self._begun.append(delivery)

    def take(self) -> Page:
        """Take off what is there by now; it is under way until it is written or put back."""
        page = Page(_emptied(self._settled), _emptied(self._begun))
        self._under_way.append(page)
        return page

    def written(self, page: Page) -> None:
        """Forget a page that is in the file."""
        self._under_way.remove(page)

    def put_back(self, page: Page) -> None:
        """Put a page back that could not be written."""
        self._settled.extendleft(reversed(page.settled))
        self._begun.extendleft(reversed(page.begun))
        self._under_way.remove(page)


def _emptied(entries: "deque[Entry]") -> "list[Entry]":
    taken = []
    with suppress(IndexError):
        while True:
            taken.append(entries.popleft())
    return taken

"""What one connection receives: its session, its claims and what it settles.

Claims and settles share transactions. A settled job is written with the next
claim, or within a few milliseconds when there is nothing to claim; until then
a crash would deliver it again, as AMQP allows.
"""

import logging
import os
import time
import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlite_transport import queue, settling, topology
from sqlite_transport.broker import Broker
from sqlite_transport.doorbell import Bell
from sqlite_transport.errors import Replaced, Unavailable
from sqlite_transport.options import Options
from sqlite_transport.queue import Return
from sqlite_transport.settler import Settler
from sqlite_transport.settling import ACCEPT, FINISH, REQUEUE, RETRY, Delivery
from sqlite_transport.status import REQUEUED
from sqlite_transport.upkeep import Upkeep

if TYPE_CHECKING:
    from sqlite_transport.consuming import Consuming

logger = logging.getLogger("sqlite_transport")

#: A way of `settling`, and the job.
Settled = tuple[str, Delivery]

#: A job, when it began to run (seconds since 1970), and on which node.
Begun = tuple[Delivery, float, str]

Entry = TypeVar("Entry")

#: Jobs that one claim takes for a channel without a prefetch limit.
BATCH = 64

#: Seconds to wait after the file could not be used.
BACK_OFF = 1.0


class Inbox:
    """The receiving side of a connection, made when it first consumes.

    listener: what to call when a fetch may be worth it.
    next_due: when the next scheduled job of the file is due, seconds since
        1970, None if there is none.
    """

    def __init__(self, broker: Broker, options: Options, channels: Sequence["Consuming"]) -> None:
        broker.reap(broker.known_sessions(), options.max_deliveries)
        self.broker = broker
        self.options = options
        self.channels = channels
        self.session = broker.begin_session()
        self.generation = broker.database.generation
        self.bell = Bell(broker.database.path, self.session)
        self.pid = os.getpid()
        self.closed = False
        self.listener: Callable[[], None] | None = None
        self.next_due: float | None = None
        self._look_for_due = True
        self._unusable_until = 0.0
        # Never replaced, only filled and emptied: another thread may be about to append.
        self._settled: deque[Settled] = deque()
        self._settled_since = 0.0
        self._begun: deque[Begun] = deque()
        self._settler = Settler(self)
        self._upkeep = Upkeep(broker, options.max_deliveries)
        # Dropped without a close, it must not look alive; no SQL in a collector.
        self._abandon = weakref.finalize(
            self, _abandon, broker, self.session, self.bell, self._settler
        )
        self._abandon.atexit = False

    # -- settling ---------------------------------------------------------

    @property
    def unsettled(self) -> bool:
        """Whether something was settled that is not written yet."""
        return bool(self._settled)

    def settle(self, how: str, delivery: Delivery) -> None:
        """Note that a job was settled, in one of the ways of `settling`; from any thread."""
        if not self._settled:
            self._settled_since = time.monotonic()
        self._settled.append((how, delivery))
        self._settler.nudge()
        self.changed()

    def begin(self, delivery: Delivery, started_at: float, worker: str) -> None:
        """Note that a job has begun to run; it is written with whatever is written next."""
        self._begun.append((delivery, started_at, worker))

    def settled_for(self) -> float:
        """Return for how many seconds something has been settled and not written."""
        return time.monotonic() - self._settled_since if self._settled else 0.0

    def flush(self) -> None:
        """Write now what was settled, and what has begun."""
        if self._settled or self._begun:
            self._transact(())

    # -- claiming ---------------------------------------------------------

    def ring(self) -> None:
        """Note that there may be new work, or a new time to wait for, and have it fetched."""
        self.expect_work()
        self.changed()

    def expect_work(self) -> None:
        """Note that there may be new work, or a new time to wait for."""
        self._look_for_due = True
        for channel in self.channels:
            channel.backlog = True

    def changed(self) -> None:
        """Tell the event loop, if there is one, that a fetch may be worth it."""
        listener = self.listener
        if listener is not None:
            listener()

    def wait(self, timeout: float) -> bool:
        """Sleep until there may be something to do, `timeout` seconds at most.

        Another thread that settles a job makes room for the next one: it
        rings our own bell. Return False if the time is over.
        """
        listener, self.listener = self.listener, self.bell.ring
        try:
            return (self.unsettled and not self.unusable) or self.bell.wait(timeout)
        finally:
            self.listener = listener

    def is_hungry(self) -> bool:
        """Tell whether a fetch might bring something."""
        return self._look_for_due or any(channel.is_hungry() for channel in self.channels)

    def fetch(self) -> bool:
        """Claim what the channels have room for; tell whether anything came."""
        wants = [want for channel in self.channels for want in channel.wants()]
        try:
            if not self._settled:
                for want in wants:
                    want.channel.backlog = False
                wants = self._with_work(wants)
                if not wants and not self._is_due():
                    return False
            return self._hand_over(self._transact(wants))
        except Replaced:
            raise
        except Unavailable as error:
            self._unusable_until = time.monotonic() + BACK_OFF
            logger.error("%s. Trying again.", error)
            self.ring()
            return False

    @property
    def unusable(self) -> bool:
        """Whether the file could not be used just now, so that it is let alone for a moment."""
        return time.monotonic() < self._unusable_until

    def seconds_to_due(self) -> float | None:
        """Return how long the next scheduled job has to wait, None if there is none."""
        return None if self.next_due is None else max(0.0, self.next_due - time.time())

    def get(self, name: str, no_ack: bool, note_use: bool) -> list[queue.Claimed]:
        """Claim a job for the caller itself; note the use of a queue that may expire."""
        now = time.time()
        self._check()
        with self.broker.database.writing as connection:
            queue.promote_due(connection, now)
            if note_use:
                topology.use_queue(connection, name, now)
            jobs = queue.claim(connection, (name,), 1, self.session, now)
            if no_ack and jobs:
                self._finish(connection, [Delivery(jobs[0])], now)
            return jobs

    def _with_work(self, wants: list["Want"]) -> list["Want"]:
        """Ask the file, without the turn, for which of them a claim would find anything."""
        if not wants and not self._look_for_due:
            return []
        now = time.time()
        sql = queue.look(tuple(len(want.queues) for want in wants))
        names = (name for want in wants for name in want.queues)
        ((self.next_due, *ready),) = self.broker.database.read(sql, (*names, now))
        self._look_for_due = False
        if self._is_due():
            return wants
        return [want for want, has_work in zip(wants, ready, strict=True) if has_work]

    def _is_due(self) -> bool:
        return self.next_due is not None and self.next_due <= time.time()

    def _transact(self, wants: Iterable["Want"]) -> list[tuple["Want", list[queue.Claimed]]]:
        """Settle, make due jobs ready and claim, all in one transaction."""
        now = time.time()
        settled, begun = emptied(self._settled), emptied(self._begun)
        try:
            self._check()
            with self.broker.database.writing as connection:
                queues = self._write(connection, settled, begun, now)
                if self._is_due():
                    queues |= queue.promote_due(connection, now)
                    self._look_for_due = True
                claims = [(want, self._claim(connection, want, now)) for want in wants]
                waiting = self.broker.waiting_for(connection, queues)
        except BaseException:
            self._settled.extendleft(reversed(settled))
            self._begun.extendleft(reversed(begun))
            raise
        self.broker.ringer.ring(waiting)
        return claims

    def _claim(self, connection: Any, want: "Want", now: float) -> list[queue.Claimed]:
        """Claim what the channel wants; what nobody will acknowledge nor miss is gone at once."""
        jobs = queue.claim(connection, want.queues, want.limit, self.session, now)
        if any(job.is_last_chance(self.options.max_deliveries) for job in jobs):
            jobs = self._isolate(connection, want, jobs, now)
        gone = [Delivery(job) for job in jobs if job.transient] if want.no_ack else []
        if gone:
            self._finish(connection, gone, now)
        return jobs

    def _isolate(
        self, connection: Any, want: "Want", jobs: list[queue.Claimed], now: float
    ) -> list[queue.Claimed]:
        """Leave a job on its last chance alone with its consumer, and give the others back.

        A poison job takes all down that its worker holds. If it is alone when
        it is counted out, no other is buried with it.
        """
        limit = self.options.max_deliveries
        kept = [*takewhile(lambda job: not job.is_last_chance(limit), jobs)]
        want.channel.isolating = True
        if not kept and not want.channel.unacked and not want.channel.ready:
            kept = jobs[:1]
        returned = [job.id for job in jobs[len(kept) :]]
        queue.give_back(connection, returned, Return.UNSEEN, self.session, now)
        return kept

    def _hand_over(self, claims: list[tuple["Want", list[queue.Claimed]]]) -> bool:
        for want, _ in claims:
            want.channel.backlog = want.channel.isolating
        for want, jobs in claims:
            want.channel.ready.extend(jobs)
            want.channel.backlog |= len(jobs) == want.limit
        return any(jobs for _, jobs in claims)

    def _write(
        self,
        connection: Any,
        settled: list["Settled"],
        begun: list["Begun"],
        now: float,
    ) -> set[str]:
        """Settle jobs; return the queues that have work because some were put back."""
        ways: dict[str, list[Delivery]] = defaultdict(list)
        for how, delivery in settled:
            ways[how].append(delivery)
        if begun:
            # What has ended as well is told by its outcome.
            running = [each for each in begun if each[0].outcome is None]
            settling.begin(connection, running, self.session)
        # An end that is known by now is written with this, or in a moment.
        accepted = [delivery for delivery in ways[ACCEPT] if delivery.outcome is None]
        if accepted:
            settling.accept(connection, accepted, self.session)
        if ways[FINISH]:
            self._finish(connection, ways[FINISH], now)
        for delivery in dict.fromkeys(ways[RETRY]):
            settling.retry(connection, delivery, self.session, self.broker.kept, now)
        return self._requeue(connection, ways[REQUEUE], now)

    def _finish(self, connection: Any, deliveries: list[Delivery], now: float) -> None:
        settling.finish(connection, deliveries, self.session, self.broker.kept, now)

    def _requeue(self, connection: Any, deliveries: list[Delivery], now: float) -> set[str]:
        for delivery in deliveries:
            if self.broker.kept:
                settling.note_attempt(connection, delivery, REQUEUED, now)
            queue.bury_poison(
                connection,
                queue.POISON_ONE,
                self.session,
                self.options.max_deliveries,
                now,
                delivery.id,
            )
        jobs = [delivery.id for delivery in deliveries]
        return queue.give_back(connection, jobs, Return.REQUEUED, self.session, now)

    def _check(self) -> None:
        if self.generation != self.broker.database.generation:
            raise Replaced(f"{self.broker.database.path}: the file was replaced: connect anew")

    # -- giving back ------------------------------------------------------

    def give_back(self, returns: Mapping[Return, list[int]]) -> None:
        """Put jobs back to their places, all at once, and wake who may take them."""
        if not any(returns.values()):
            return
        queues: set[str] = set()
        with self.broker.database.writing as connection:
            for why, jobs in returns.items():
                queues |= queue.give_back(connection, jobs, why, self.session, time.time())
            waiting = self.broker.waiting_for(connection, queues)
        self.broker.ringer.ring(waiting)

    def sweep(self) -> None:
        """Do the upkeep that is due, and look again in case a ring was lost."""
        try:
            self._check()
            self.broker.database.check_identity()
            if self._begun:
                self.flush()
            changed = self._upkeep.run()
        except Replaced:
            raise
        except Unavailable as error:
            logger.error("%s. Trying again.", error)
        else:
            if changed or self._is_due():
                self.ring()

    def close(self) -> None:
        """Write what was settled, put everything else back and end the session."""
        if self._abandon.detach() is None:
            return
        self.closed = True
        self._settler.stop()
        try:
            if self.pid == os.getpid() and self.generation == self.broker.database.generation:
                self.flush()
                self.broker.end_session(self.session, self.options.max_deliveries)
        finally:
            self.broker.abandon_session(self.session)
            self.bell.close()


class Want(NamedTuple):
    """What a channel would take now: at most `limit` jobs of these queues."""

    channel: "Consuming"
    queues: tuple[str, ...]
    limit: int
    no_ack: bool


def emptied(entries: "deque[Entry]") -> "list[Entry]":
    """Take all that is there by now, while others may add more."""
    taken = []
    with suppress(IndexError):
        while True:
            taken.append(entries.popleft())
    return taken


def _abandon(broker: Broker, session: int, bell: Bell, settler: Settler) -> None:
    settler.stop()
    if not broker.forked():
        broker.abandon_session(session)
    bell.close()

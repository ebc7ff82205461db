"""What one connection receives: its session, its claims and what it settles.

Claims and settles share transactions. A settled job is written with the next
claim, or within a few milliseconds when there is nothing to claim; until then
a crash would deliver it again, as AMQP allows.
"""

import logging
import os
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlite_transport import queue, settling, topology
from sqlite_transport.broker import Broker
from sqlite_transport.claiming import Claiming
from sqlite_transport.doorbell import Bell
from sqlite_transport.errors import Replaced, Unavailable
from sqlite_transport.ledger import Ledger, Owner
from sqlite_transport.options import Options
from sqlite_transport.queue import Return
from sqlite_transport.settler import Settler
from sqlite_transport.settling import Delivery
from sqlite_transport.upkeep import Upkeep

if TYPE_CHECKING:
    from sqlite_transport.consuming import Consuming

logger = logging.getLogger("sqlite_transport")

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
        self._upkeep = Upkeep(broker, options.max_deliveries)
        self.session = broker.begin_session()
        self.generation = broker.database.generation
        try:
            self.bell = Bell(broker.database.path, self.session)
        except BaseException:
            broker.abandon_session(self.session)
            raise
        self.pid = os.getpid()
        self.closed = False
        self.listener: Callable[[], None] | None = None
        self.next_due: float | None = None
        self._look_for_due = True
        self._unusable_until = 0.0
        self.ledger = Ledger()
        self._claiming = Claiming()
        self._settler = Settler(self)
        # Dropped without a close, it must not look alive; no SQL in a collector.
        self._abandon = weakref.finalize(
            self, _abandon, broker, self.session, self.bell, self._settler
        )
        self._abandon.atexit = False

    # -- settling ---------------------------------------------------------

    def settle(self, how: str, delivery: Delivery) -> None:
        """Note that a job was settled, in one of the ways of `settling`; from any thread."""
        self.ledger.settle(how, delivery)
        self._settler.nudge()
        self.changed()

    def conclude(self, delivery: Delivery) -> None:
        """Note the end of a job that was acknowledged before: that makes no room for another."""
        self.ledger.settle(delivery.ending(), delivery)
        self._settler.nudge()

    def begin(self, delivery: Delivery) -> None:
        """Note that a job has begun; it is written with what comes next, for listeners soon."""
        self.ledger.begin(delivery)
        if self.broker.watchers:
            self._settler.nudge()

    @property
    def has_news(self) -> bool:
        """Whether something has begun that listeners do not know yet."""
        return bool(self.broker.watchers) and self.ledger.has_begun

    def flush(self) -> None:
        """Write now what was settled, and what has begun; another thread may be at it already."""
        if not self.ledger.is_blank:
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
            return (self.ledger.unsettled and not self.unusable) or self.bell.wait(timeout)
        finally:
            self.listener = listener

    def is_hungry(self) -> bool:
        """Tell whether a fetch might bring something."""
        return self._look_for_due or any(channel.is_hungry() for channel in self.channels)

    def fetch(self) -> bool:
        """Claim what the channels have room for; tell whether anything came."""
        wants = [want for channel in self.channels for want in channel.wants()]
        try:
            if not self.ledger.unsettled:
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
            self._claiming.begin(connection, (), False, now)
            jobs = self._claiming.claim(connection, (name,), 1, self.session, now)
            self._claiming.end()
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
        ((next_due, *ready),) = self.broker.database.read(sql, (*names, now))
        self.next_due = self._claiming.next_time(self.broker.database.reader, next_due, now)
        self._look_for_due = False
        if self._is_due():
            return wants
        return [want for want, has_work in zip(wants, ready, strict=True) if has_work]

    def _is_due(self) -> bool:
        return self.next_due is not None and self.next_due <= time.time()

    def _transact(self, wants: Iterable["Want"]) -> list[tuple["Want", list[queue.Claimed]]]:
        """Settle, make due jobs ready and claim, all in one transaction."""
        now = time.time()
        page = None
        try:
            self._check()
            with self.broker.database.writing as connection:
                # Not before the turn is ours: whoever ends the session then finds it written.
                page = self.ledger.take()
                queues = page.write(connection, self._owner(), now)
                is_due = self._is_due()
                self._claiming.begin(connection, page.settled, is_due, now)
                if is_due:
                    queues |= queue.promote_due(connection, now)
                claims = [(want, self._claim(connection, want, now)) for want in wants]
                queues |= self._claiming.end()
                self._look_for_due |= is_due or self._claiming.has_moved
                waiting = self.broker.waiting_for(connection, queues)
        except BaseException:
            if page is not None:
                self.ledger.put_back(page)
            raise
        self.ledger.written(page)
        self.broker.ringer.ring(waiting)
        return claims

    def _claim(self, connection: Any, want: "Want", now: float) -> list[queue.Claimed]:
        """Claim what the channel wants; what nobody will acknowledge nor miss is gone at once."""
        jobs = self._claiming.claim(connection, want.queues, want.limit, self.session, now)
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
        returned = [(job.id, job.retry_count) for job in jobs[len(kept) :]]
        queue.give_back(connection, returned, Return.UNSEEN, self.session, now)
        return kept

    def _hand_over(self, claims: list[tuple["Want", list[queue.Claimed]]]) -> bool:
        for want, _ in claims:
            want.channel.backlog = want.channel.isolating
        for want, jobs in claims:
            want.channel.ready.extend(jobs)
            want.channel.backlog |= self._claiming.more or len(jobs) == want.limit
        return any(jobs for _, jobs in claims)

    def _owner(self) -> Owner:
        return Owner(self.session, self.broker.kept, self.options.max_deliveries)

    def _finish(self, connection: Any, deliveries: list[Delivery], now: float) -> None:
        settling.finish(connection, deliveries, self.session, self.broker.kept, now)

    def _check(self) -> None:
        if self.generation != self.broker.database.generation:
            raise Replaced(f"{self.broker.database.path}: the file was replaced: connect anew")

    # -- upkeep -----------------------------------------------------------

    def sweep(self) -> None:
        """Do the upkeep that is due, and look again in case a ring was lost."""
        try:
            self._check()
            self.broker.database.check_identity()
            if self.ledger.has_begun:
                self.flush()
            changed = self._upkeep.run()
        except Replaced:
            raise
        except Unavailable as error:
            logger.error("%s. Trying again.", error)
        else:
            if self._upkeep.is_held_up:
                self._claiming.expect_gates()
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
                self._upkeep.close()
        finally:
            self.broker.abandon_session(self.session)
            self.bell.close()


class Want(NamedTuple):
    """What a channel would take now: at most `limit` jobs of these queues."""

    channel: "Consuming"
    queues: tuple[str, ...]
    limit: int
    no_ack: bool


def _abandon(broker: Broker, session: int, bell: Bell, settler: Settler) -> None:
    settler.stop()
    if not broker.forked():
        broker.abandon_session(session)
    bell.close()

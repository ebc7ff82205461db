"""Receiving in the event loop of a Celery worker.

The loop sleeps on the bell, with a timer for the next job that is due and one
for the sweep. Every other fetch is a timer too, at once when a good part of a
channel's window is free, and within a few milliseconds otherwise, so that a
busy worker claims and settles in batches. It must not be one of the loop's
tick callbacks: those run in any order, and Celery's pool sends the jobs it
was given in one of them, which may have run before; timers run before all,
and readers, such as the bell's, after all.
"""

import threading
from typing import TYPE_CHECKING, Any

from sqlite_transport.upkeep import SWEEP

if TYPE_CHECKING:
    from sqlite_transport.transport import Transport

#: Seconds that a fetch may wait for company.
SOON = 0.005

#: The part of a prefetch window, one in so many, for which a fetch is due at once.
PART = 4


class LoopBinding:
    """The tie between one connection and one loop (kombu's `Hub`)."""

    def __init__(self, transport: "Transport", hub: Any) -> None:
        self.transport = transport
        self.hub = hub
        self.inbox = transport.open_inbox()
        self._thread = threading.get_ident()
        self._fetch_timer: Any = None
        self._fetch_is_soon = False
        self._due_timer: Any = None
        self._due_at: float | None = None
        self._listening = False
        self._sweep = hub.call_repeatedly(SWEEP, self.inbox.sweep)
        self._listen()
        self.inbox.listener = self.on_change

    def detach(self) -> None:
        """Leave nothing in the loop."""
        self.inbox.listener = None
        for timer in (self._sweep, self._fetch_timer, self._due_timer):
            if timer is not None:
                timer.cancel()
        self._deafen()

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self.hub.add_reader(self.inbox.bell, self.on_ring)

    def _deafen(self) -> None:
        if self._listening:
            self._listening = False
            self.hub.remove_reader(self.inbox.bell)

    def on_ring(self) -> None:
        """Hear the bell; while a window is full, not more often than a fetch is worth.

        The fetch comes at once: the loop's timers and ticks come after its readers.
        """
        self.inbox.bell.hush()
        self.inbox.expect_work()
        if self._is_urgent():
            self._cancel_fetch()
            self.fetch()
        else:
            self._deafen()
            self._schedule()

    def on_change(self) -> None:
        """See that a fetch comes, after something was settled or may be there to claim."""
        if threading.get_ident() == self._thread:
            self._schedule()

    def _is_urgent(self) -> bool:
        return not self.inbox.unusable and any(
            channel.is_hungry(PART) for channel in self.inbox.channels
        )

    def _schedule(self) -> None:
        if self._fetch_timer is not None and not self._fetch_is_soon:
            return
        urgent = self._is_urgent()
        if urgent or self._fetch_timer is None:
            self._cancel_fetch()
            self._fetch_is_soon = not urgent
            self._fetch_timer = self.hub.call_later(0 if urgent else SOON, self.fetch)

    def _cancel_fetch(self) -> None:
        if self._fetch_timer is not None:
            self._fetch_timer.cancel()
            self._fetch_timer = None

    def fetch(self) -> None:
        """Settle and claim in one transaction, and deliver what came."""
        self._fetch_timer = None
        self._listen()
        if not self.inbox.unusable:
            self.inbox.fetch()
        while self.transport.deliver_one():
            pass
        self._set_due_timer()
        if self.inbox.ledger.unsettled or self.inbox.is_hungry() or not self._listening:
            self._schedule()

    def _set_due_timer(self) -> None:
        due_at = self.inbox.next_due
        if due_at == self._due_at:
            return
        if self._due_timer is not None:
            self._due_timer.cancel()
        self._due_at, self._due_timer = due_at, None
        seconds = self.inbox.seconds_to_due()
        if seconds is not None:
            self._due_timer = self.hub.call_later(seconds, self.on_due)

    def on_due(self) -> None:
        """Look for the jobs that are due now."""
        self._due_timer = self._due_at = None
        self.inbox.ring()

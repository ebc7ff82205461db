"""Receiving in the event loop of a Celery worker.

The loop sleeps on the bell, with a timer for the next job that is due and one
for the sweep. A fetch is due at once when a good part of a channel's window
is free, and within a few milliseconds otherwise, so that a busy worker claims
and settles in batches.
"""

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
        self._soon: Any = None
        self._due: Any = None
        self._due_at: float | None = None
        self._listening = False
        self._sweep = hub.call_repeatedly(SWEEP, self.on_sweep)
        hub.on_tick.add(self.on_tick)
        self._listen()

    def detach(self) -> None:
        """Leave nothing in the loop: a reset of it would leave the tick."""
        self.hub.on_tick.discard(self.on_tick)
        for timer in (self._sweep, self._soon, self._due):
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
        """Hear the bell; while a window is full, not more often than a fetch is worth."""
        self.inbox.bell.hush()
        self.inbox.ring()
        if any(channel.prefetch_count and channel.room() <= 0 for channel in self.inbox.channels):
            self._deafen()

    def on_sweep(self) -> None:
        """Do what nobody rings for."""
        self.inbox.sweep()

    def on_tick(self) -> None:
        """Run in every turn of the loop: fetch if it is worth it, else see that it comes."""
        inbox = self.inbox
        if not inbox.unusable and any(channel.is_hungry(PART) for channel in inbox.channels):
            self._fetch()
        if self._soon is None and (inbox.unsettled or inbox.is_hungry() or not self._listening):
            self._soon = self.hub.call_later(SOON, self.on_soon)

    def on_soon(self) -> None:
        """Fetch and settle what has waited for company, and listen again."""
        self._soon = None
        self._listen()
        if not self.inbox.unusable and (self.inbox.unsettled or self.inbox.is_hungry()):
            self._fetch()

    def on_due(self) -> None:
        """Look for the jobs that are due now."""
        self._due = self._due_at = None
        self.inbox.ring()

    def _fetch(self) -> None:
        self.inbox.fetch()
        while self.transport.deliver_one():
            pass
        self._set_due_timer()

    def _set_due_timer(self) -> None:
        due_at = self.inbox.next_due
        if due_at == self._due_at:
            return
        if self._due is not None:
            self._due.cancel()
        self._due_at, self._due = due_at, None
        seconds = self.inbox.seconds_to_due()
        if seconds is not None:
            self._due = self.hub.call_later(seconds, self.on_due)

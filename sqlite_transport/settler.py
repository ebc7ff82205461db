"""A thread that writes settled jobs which nothing else has written yet.

A consumer settles in its next claim. One that acks and then works on for an
hour, or a solo worker whose event loop stands still while its task runs, has
no next claim soon: for it this thread writes.
"""

import logging
import threading
import time
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_transport.inbox import Inbox

logger = logging.getLogger("sqlite_transport")

#: Seconds that a settled job may stay unwritten.
DELAY = 0.01


class Settler:
    """The thread of one inbox, started by the first settle."""

    def __init__(self, inbox: "Inbox") -> None:
        self._inbox = weakref.ref(inbox)
        self._event = threading.Event()
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        """Have what was settled written soon."""
        if self._event.is_set():
            return
        self._event.set()
        if self._thread is None:
            self._thread = threading.Thread(
                target=_work, args=(self._inbox, self._event), name="sqlite-settler", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Let the thread look, and end if its inbox is closed or gone."""
        self._event.set()


def _work(inbox: "weakref.ref[Inbox]", event: threading.Event) -> None:
    while True:
        event.wait()
        event.clear()
        time.sleep(DELAY)
        if not _write(inbox(), event):
            return


def _write(inbox: "Inbox | None", event: threading.Event) -> bool:
    """Write what is settled; tell whether there may be more to come."""
    if inbox is None or inbox.closed:
        return False
    try:
        if inbox.has_news or inbox.ledger.settled_for() >= DELAY:
            inbox.flush()
        elif inbox.ledger.unsettled:
            event.set()
    except Exception as error:
        # Whatever it is: without this thread the rest would stay unwritten too.
        logger.error("What was settled is not written yet: %s", error)
        time.sleep(1)
        event.set()
    return True

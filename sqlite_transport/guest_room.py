"""The place of the one guest that may be in a write transaction (see `guest`).

While somebody is in it, what else this process writes waits outside.
"""

import gc
import threading
from pathlib import Path
from typing import Any

from sqlite_transport.errors import InTransaction


class GuestRoom:
    """Of one database; whoever looks at it holds the database's lock."""

    def __init__(self, path: Path, lock: threading.RLock) -> None:
        self._path = path
        self._left = threading.Condition(lock)
        self.guest: Any = None

    def enter(self, guest: Any) -> None:
        """Wait until it is empty, and go in."""
        self.wait()
        self.guest = guest

    def leave(self) -> None:
        """Let others in."""
        self.guest = None
        self._left.notify_all()

    def wait(self) -> None:
        """Wait until it is empty.

        Raises:
            InTransaction: this thread's own guest is in it, so it would wait for itself.
        """
        while self.guest is not None:
            if self.guest.thread == threading.get_ident():
                gc.collect()  # perhaps its session was only forgotten
                if self.guest is None:
                    return
                raise InTransaction(
                    f"{self._path}: this thread is in a transaction of its own on this file, so "
                    "nothing else that it writes can get its turn: send tasks within "
                    "`with enqueuing(session):`, or after the commit"
                )
            self._left.wait()

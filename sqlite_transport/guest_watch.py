"""Transactions in the hands of a thread, which lets go of them when it ends."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_transport.guest import Guest


class Watch:
    """One of them; with its last reference the transaction is undone, if it is not over."""

    def __init__(self, guest: "Guest") -> None:
        self._guest = guest
        self._transaction = guest.transactions
        self._thread = guest.thread

    @property
    def is_over(self) -> bool:
        """Whether the transaction has ended."""
        return not self._guest.is_in(self._transaction)

    def __del__(self) -> None:
        self._guest.abandon(self._transaction, self._thread)


class Watches(threading.local):
    """Those of each thread."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []

    def add(self, guest: "Guest") -> None:
        """Have the transaction undone if this thread ends before it."""
        self._watches = [each for each in self._watches if not each.is_over]
        self._watches.append(Watch(guest))

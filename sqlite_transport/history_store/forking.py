"""No fork in the middle of what SQLite does for the store.

A child would find SQLite's mutexes held by a thread that it does not have.
"""

import os
import threading

#: Held while a connection to an SQLite file is open.
busy = threading.RLock()


def _before_fork() -> None:
    busy.acquire()


def _after_fork_in_parent() -> None:
    busy.release()


def _after_fork_in_child() -> None:
    # The owner of the lock is this thread, in the child too.
    busy.release()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)

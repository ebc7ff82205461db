"""The store as all threads of a process use it, and as its children do after a fork."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from sqlite_transport.history_store.store import Store


class SharedStore:
    """The history at an SQLAlchemy URL, for one thread after the other; errors as of `Store`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open()

    def _open(self) -> None:
        self._lock, self._store, self._pid = threading.Lock(), Store(self._url), os.getpid()

    @contextmanager
    def using(self) -> Iterator[Store]:
        """Give the store to this thread alone."""
        if self._pid != os.getpid():
            # A connection must not cross a fork.
            self._open()
        with self._lock:
            yield self._store

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Store.reading`."""
        with self.using() as store, store.reading() as connection:
            yield connection

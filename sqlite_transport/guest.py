"""A second connection of this process to the file, for the user's own transactions.

It obeys the rules of the house: it writes within the write turn, with the same
settings, and never crosses a fork. While it is in a transaction, what else this
process writes to the file waits for it; reads do not. Its own thread cannot
wait: it gets an error, or joins the transaction within `enqueuing`. If the
thread ends before its transaction does, that is undone.

The turn is held by a descriptor of the guest's own. So any thread can give it
back, and the kernel does if nobody else.
"""

import ctypes
import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from sqlite_transport.database import PRAGMAS, Database, identity_of, open_database
from sqlite_transport.errors import InTransaction, Replaced, Unusable, translating
from sqlite_transport.guest_watch import Watches
from sqlite_transport.library import sqlite3
from sqlite_transport.turn import WriteTurn

TABLES = "PRAGMA schema_version"
READ_ONLY = "PRAGMA query_only = {:d}"
PART = "SAVEPOINT sqlite_transport"
UNDO_PART = "ROLLBACK TO sqlite_transport"
END_PART = "RELEASE sqlite_transport"


class Announced(Protocol):
    """What was written with a guest's transaction, and is to be told once it is committed."""

    def announce(self) -> None:
        """Tell it."""


class Guest(sqlite3.Connection):  # type: ignore[name-defined]
    """The connection; `begin` begins a transaction, in which it alone may write.

    thread: which one used it last. transactions: how many it has begun.
    is_host: whether what else its thread writes to the file joins its
    transaction. is_durable: whether what it commits survives power loss.
    is_reader: whether it never writes.
    """

    database: Database
    thread = 0
    is_host = False
    is_durable = True
    is_reader = False
    transactions = 0
    is_abandoned = False

    def settle_in(self, database: Database, is_durable: bool) -> None:
        """Take the house's settings; it is called once, when the file is open."""
        self.database = database
        self.is_durable = is_durable
        self.identity = database.identity
        self.pid = os.getpid()
        self.turn = WriteTurn(database.path)
        self._drop_turn = weakref.finalize(self, self.turn.close)
        self._committing: list[Announced] = []
        self._version = (0, 0)
        for pragma in PRAGMAS:
            self.execute(pragma)

    def read_only(self, wanted: bool) -> None:
        """Be a connection that never takes the turn, and refuses to write; or not any more."""
        self.is_reader = wanted
        self.execute(READ_ONLY.format(wanted))

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """Return a cursor, for a statement of this thread."""
        self._refuse_child()
        self._refuse_abandoned()
        self.thread = threading.get_ident()
        return super().cursor(*arguments, **options)

    def begin(self) -> None:
        """Wait for the turn, and begin a transaction that writes.

        Raises:
            InTransaction: this thread is in one already, which would never end.
        """
        self._refuse_child()
        if self.is_reader:
            return
        database = self.database
        with database.lock:
            self._enter()
            self.thread = threading.get_ident()
        try:
            self.turn.take()
            self._check_identity()
            self.execute("BEGIN IMMEDIATE")
            self._version = self._written()
            self.transactions += 1
            _watches.add(self)
        except BaseException:
            self._leave()
            raise

    def _check_identity(self) -> None:
        with suppress(FileNotFoundError):
            if identity_of(self.database.path) == self.identity:
                return
        raise Replaced(f"{self.database.path}: the file was deleted or replaced: connect anew")

    def _written(self) -> tuple[int, int]:
        """Return what differs once this transaction has changed rows or tables."""
        return self.total_changes, self.execute(TABLES).fetchone()[0]

    def _enter(self) -> None:
        database = self.database
        try:
            if database.writing.is_open:
                raise InTransaction
            database.room.enter(self)
        except InTransaction:
            raise InTransaction(
                f"{database.path}: this thread has a transaction on this file already, which "
                "another one would wait for: use its session, or end it first; a session that "
                'only reads needs none with isolation_level="AUTOCOMMIT"'
            ) from None

    def commit(self) -> None:
        """Commit, let others write, and tell and sync what was written."""
        self._refuse_child()
        self._refuse_abandoned()
        committing, self._committing = self._committing, []
        # What was enqueued may be a duplicate of what nobody has synced yet.
        is_to_sync = False
        try:
            if self.in_transaction:
                is_to_sync = bool(committing) or self._written() != self._version
            super().commit()
        except BaseException:
            self._committing = committing
            raise
        finally:
            if not self.in_transaction:
                self._leave()
        for each in committing:
            each.announce()
        if self.database.after_commit is not None:
            self.database.after_commit()
        if self.is_durable and is_to_sync:
            self.database.sync()

    def rollback(self) -> None:
        """Undo it, and let others write."""
        if self.pid != os.getpid():
            return  # the parent's
        self.is_abandoned = False
        self._committing.clear()
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        """Close it; a transaction that is open is undone."""
        if self.pid != os.getpid() or not self._drop_turn.alive:
            return
        database = self.database
        with suppress(sqlite3.Error):
            self.rollback()
        with database.lock:
            # The last connection to the file checkpoints, which is for the turn.
            if database.connection is None and database.room.guest is None:
                self.turn.take()
            try:
                super().close()
            finally:
                self._drop_turn()
                _guests.discard(self)

    def is_in(self, transaction: int) -> bool:
        """Tell whether it is in the transaction that is its Nth."""
        return self.database.room.guest is self and self.transactions == transaction

    def abandon(self, transaction: int, thread: int) -> None:
        """Undo a transaction whose thread has ended, unless another one has used it since."""
        if self.is_in(transaction) and self.thread == thread:
            self.rollback()
            self.is_abandoned = True

    def _leave(self) -> None:
        """Let others write, of this process and of all."""
        database = self.database
        if database.room.guest is self:
            self.turn.give()
            with database.lock:
                database.room.leave()

    # -- what joins its transaction ---------------------------------------

    def host(self) -> "Guest | None":
        """Return it, if what this thread writes joins its transaction; else wait for its end.

        Raises:
            InTransaction: this thread would wait for itself.
        """
        if self.is_host and self.thread == threading.get_ident():
            return self
        self.database.room.wait()
        return None

    def begin_part(self) -> None:
        """Begin a part of the transaction that can be undone alone."""
        self.execute(PART)

    def end_part(self, undo: bool) -> None:
        """End it; an error may have undone the whole transaction already."""
        if undo and not self.in_transaction:
            return
        if undo:
            self.execute(UNDO_PART)
        self.execute(END_PART)

    def tell_after_commit(self, written: Announced) -> None:
        """Have something told once the transaction is committed, and never if it is not."""
        self._committing.append(written)

    def _refuse_child(self) -> None:
        if self.pid != os.getpid():
            raise Unusable(
                f"{self.database.path}: this process was forked while its parent had this "
                "connection open, which SQLite does not allow: close sessions before a fork"
            )

    def _refuse_abandoned(self) -> None:
        if self.is_abandoned:
            raise Unusable(
                f"{self.database.path}: the thread that was in this transaction has ended, so it "
                "was undone: end a transaction in the thread that began it"
            )


_watches = Watches()

_guests: "weakref.WeakSet[Guest]" = weakref.WeakSet()
_opening = threading.RLock()


def open_guest(path: Path, is_durable: bool = True, **options: Any) -> Guest:
    """Return a new connection to the file, which is made a queue's if it is missing.

    options: for the library's `connect`.

    Raises:
        Unusable, Unavailable: with what to do.
    """
    with _opening:
        database = open_database(path)
        with translating(path):
            guest: Guest = sqlite3.connect(
                str(path),
                **{"timeout": database.busy_timeout, **options},
                isolation_level=None,
                check_same_thread=False,
                factory=Guest,
            )
            guest.settle_in(database, is_durable)
        _guests.add(guest)
    return guest


def has_guests(path: Path) -> bool:
    """Tell whether this process has the file open for transactions of the user's own."""
    return any(guest.database.path == path for guest in list(_guests))


def _after_fork_in_child() -> None:
    global _guests
    inherited, _guests = list(_guests), weakref.WeakSet()
    for guest in inherited:
        # Never collected, so never closed: not even when the child exits.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(guest))
        guest.database.orphaned = True
        guest._drop_turn()
    _opening.release()


# It comes before the database's, which takes its locks after this one.
os.register_at_fork(
    before=_opening.acquire,
    after_in_parent=_opening.release,
    after_in_child=_after_fork_in_child,
)

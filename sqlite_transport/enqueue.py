"""Tasks that are sent if, and only if, the user's own transaction commits.

    engine = create_engine("sqlite+transport:////var/lib/app/queue.db")

    with Session(engine) as session, session.begin():
        session.add(movie)
        with enqueuing(session):
            scan.delay(movie.directory)

The user's tables are in the queue's own file. What the thread sends within the
block is stored at its end, through the session's connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.signals import before_task_publish
from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import UnboundExecutionError
from sqlalchemy.orm import Session, scoped_session

from sqlite_transport.dialect import TransportDialect, guest_of
from sqlite_transport.errors import CannotJoin, translating
from sqlite_transport.guest import Guest
from sqlite_transport.library import sqlite3
from sqlite_transport.withheld import Withheld, strictly_withheld, withholding

__all__ = ["CannotJoin", "enqueuing"]

ENGINE = 'create_engine("sqlite+transport:///…"), with the path of the broker\'s file'


@contextmanager
def enqueuing(session: Any) -> Iterator[None]:
    """Send the tasks of the `with` block with the session's transaction.

    session: an SQLAlchemy Session or Connection on the file of the tasks' broker.
        Its transaction begins here, if it has not begun yet.

    They are stored when the block ends, and nobody sees them before the
    session's commit. If an exception leaves the block none of them is sent,
    whatever becomes of the transaction.

    Raises:
        CannotJoin: the session cannot take them along, and why not; or its
            transaction has ended within the block. Nothing was sent.
        CannotJoin: from `.delay()`: the task's broker is not the session's file.
    """
    guest = _guest(session)
    transaction, was_host = guest.transactions, guest.is_host
    guest.is_host = True
    try:
        with withholding(guest.database, is_strict=True) as withheld:
            yield
        if not guest.is_in(transaction):
            raise CannotJoin(
                "the session's transaction has ended within `enqueuing`, so the tasks of the "
                "block were not sent: commit after it"
            )
        if withheld.went_elsewhere():
            raise CannotJoin(
                f"{withheld.went_elsewhere()} tasks of the block have gone to another broker than "
                f"{guest.database.path}, at once, and the others were not sent: only this file's "
                "tasks can go with the transaction"
            )
        _store(withheld, guest)
    finally:
        guest.is_host = was_host


def _store(withheld: Withheld, guest: Guest) -> None:
    """Store what was sent, all or nothing of it."""
    with translating(guest.database.path):
        guest.begin_part()
        try:
            withheld.store(guest, is_to_sync=not guest.is_durable)
        except BaseException:
            guest.end_part(undo=True)
            raise
        guest.end_part(undo=False)
    guest.tell_after_commit(withheld)


def _guest(session: Any) -> Guest:
    """Return the connection of the session's transaction, which is begun if there is none."""
    connection = _connection(session)
    if not connection.in_transaction():
        connection.begin()
    guest = guest_of(connection.connection)
    if guest.is_reader:
        raise CannotJoin(
            "the session only reads (AUTOCOMMIT), so it has no transaction that tasks could be "
            "sent with: use one without that isolation level"
        )
    return guest


def _connection(session: Any) -> Connection:
    if isinstance(session, Connection):
        _check_dialect(session.dialect)
        return session
    if isinstance(session, (Session, scoped_session)):
        try:
            _check_dialect(session.get_bind().dialect)
            return session.connection()
        except UnboundExecutionError:
            raise CannotJoin(
                "the session has several engines: give enqueuing the connection of the right "
                "one, session.connection(bind_arguments=…)"
            ) from None
    if hasattr(session, "sync_session") or hasattr(session, "sync_connection"):
        raise CannotJoin(
            "enqueuing takes no asynchronous session: the file is written within a turn, for "
            "which an event loop must not wait; use a plain Session, in a thread of its own"
        )
    raise CannotJoin(
        f"enqueuing takes an SQLAlchemy Session or Connection, not {type(session).__name__}"
    )


def _check_dialect(dialect: Dialect) -> None:
    """Refuse all but this package's own."""
    if isinstance(dialect, TransportDialect):
        return
    if dialect.name != "sqlite":
        raise CannotJoin(
            f"the session is on {dialect.name}: only a transaction in the broker's own SQLite "
            f"file can take tasks along: {ENGINE}; else send them after the commit"
        )
    library = getattr(dialect, "dbapi", None)
    # Modules of one library have several names.
    if getattr(library, "Connection", None) is not sqlite3.Connection:
        raise CannotJoin(
            f"the session's SQLite library is {getattr(library, '__name__', dialect.driver)}, but "
            f"this process uses {sqlite3.__name__} for the file, and two of them can corrupt it: "
            f"{ENGINE}"
        )
    raise CannotJoin(
        f"the session's engine is sqlite+{dialect.driver}, which knows nothing of the file's "
        f"write turn: {ENGINE}"
    )


def _expect(**_: Any) -> None:
    withheld = strictly_withheld()
    if withheld is not None:
        withheld.expect()


before_task_publish.connect(_expect)

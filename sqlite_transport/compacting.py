"""Giving all free pages and the log's space back, beside running workers."""

from collections.abc import Callable

from sqlite_transport.database import Database
from sqlite_transport.durability import RESERVED
from sqlite_transport.errors import translating
from sqlite_transport.slices import Slices

FREE = "PRAGMA freelist_count"
TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)"


def compact(database: Database, tell: Callable[[int, int], None] | None = None) -> None:
    """Give the free pages back, a slice at a time, each in a turn of its own.

    tell: how many pages were given back, and how many were free at first. What
    others free meanwhile is left, so that it comes to an end.
    """
    slices = Slices()
    at_first: int = database.read(FREE)[0][0]
    done = 0
    while done < at_first:
        with slices.transaction(database) as connection:
            before = connection.execute(FREE).fetchone()[0]
            size = min(slices.size, at_first - done)
            connection.execute(f"PRAGMA incremental_vacuum({size})").fetchall()
            given = before - connection.execute(FREE).fetchone()[0]
        if not given:
            return  # the others have used them, or the file was made without auto_vacuum
        done += given
        if tell is not None:
            tell(done, at_first)


def shorten_log(database: Database) -> bool:
    """Move the log into the database and cut its file; tell whether it could be.

    It cannot while somebody reads an older state. Of a log that was as large as what
    publishers reserve, so that their syncs are quick, so much is reserved again.
    """
    with database.lock:
        database.room.wait()
        connection = database.ready()
        log = database.log
        reserved = log is not None and log.size() >= RESERVED
        database.turn.take()
        try:
            database.check_identity()
            with translating(database.path):
                # No waiting for readers: everybody waits for this turn.
                connection.execute("PRAGMA busy_timeout = 0")
                busy = connection.execute(TRUNCATE).fetchone()[0]
        finally:
            if database.connection is not None:
                connection.execute(f"PRAGMA busy_timeout = {int(database.busy_timeout * 1000)}")
                database.turn.give()
    if reserved and log is not None:
        with database.writing:
            log.reserve()
    return not busy

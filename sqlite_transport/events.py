"""Events: who listens, what has happened, and how long that is kept.

The first subscriber makes the triggers (see `event_triggers`), and the last
one, or whoever finds it dead, removes them. Each notes how far it has read, so
that what all have read can go. Ids have no gaps, so that a reader who was too
slow sees how much it has missed. The functions that take a connection run
within the caller's transaction.
"""

from typing import Any, NamedTuple

from sqlite_transport import event_triggers
from sqlite_transport.database import Database
from sqlite_transport.event_triggers import is_watched
from sqlite_transport.slices import Slices
from sqlite_transport.topology import CHANGED

#: Events that one read takes.
SLICE = 500

#: Events that are kept although all have read them, for one who comes back.
RECENT = 1000

#: What a reader missed, whom nobody can tell how much that was.
MISSED = "events:missed"


class Row(NamedTuple):
    """An event as it is in the file; see docs/tables.md."""

    id: int
    name: str
    job_id: int | None
    task_id: str | None
    type: str | None
    queue: str | None
    data: str | None
    created_at: float


NEWEST = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)"
SUBSCRIBE = "INSERT INTO subscriber (session, position) VALUES (?, ?)"
UNSUBSCRIBE = "DELETE FROM subscriber WHERE session = ?"
BEGIN = "INSERT INTO event (name, created_at) VALUES (?, ?)"
FORGET = "DELETE FROM event"


def newest(connection: Any) -> int:
    """Return the id of the latest event that was ever written, 0 if there was none."""
    number: int = connection.execute(NEWEST).fetchone()[0]
    return number


def subscribe(connection: Any, session: int, after: int | None, now: float) -> int:
    """Let the session listen from now on, or from after an event; return where it stands.

    The first one leaves a mark: whoever comes back to an earlier event has
    missed what happened while nobody listened.
    """
    if not is_watched(connection):
        stop(connection)
        connection.execute(BEGIN, (MISSED, now))
        event_triggers.create(connection)
    position = newest(connection) if after is None else after
    connection.execute(SUBSCRIBE, (session, position))
    connection.execute(CHANGED)
    return position


def unsubscribe(connection: Any, session: int) -> None:
    """Let the session listen no longer, if it does; the last one leaves nothing behind."""
    left = connection.execute(UNSUBSCRIBE, (session,)).rowcount
    if left and not is_watched(connection):
        stop(connection)


def stop(connection: Any) -> None:
    """Write events no longer, and forget them; the numbers go on."""
    event_triggers.drop(connection)
    connection.execute(FORGET)


READ = (
    "SELECT id, name, job_id, task_id, type, queue, data, created_at FROM event"  # noqa: S608
    f" WHERE id > ? ORDER BY id LIMIT {SLICE}"
)


def read(database: Database, position: int) -> list[Row]:
    """Return what has happened since, the oldest first, a slice at most."""
    return list(map(Row._make, database.read(READ, (position,))))


NOTE = "UPDATE subscriber SET position = ? WHERE session = ?"
TRIM = (
    "DELETE FROM event WHERE id <= min("  # noqa: S608
    f"(SELECT min(position) FROM subscriber) - {RECENT}, (SELECT min(id) FROM event) + ?1 - 1)"
)


def note_position(database: Database, session: int, position: int) -> None:
    """Note how far the session has read, and delete what all have read but the latest of it."""
    slices = Slices()
    while True:
        size = slices.size
        with slices.transaction(database) as connection:
            connection.execute(NOTE, (position, session))
            removed = connection.execute(TRIM, (size,)).rowcount
        if removed < size:
            return

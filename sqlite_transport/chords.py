"""Chords in the file: how many parts one has and which have returned, as SQL.

A chord is known by its group's id. Its row is made by what comes first, its
size or a part. Once complete it is kept for a while, so that a part that comes
again changes nothing. Functions that take a connection run within the caller's
transaction. Times are seconds since 1970 UTC.
"""

import time
from collections.abc import Iterator
from math import inf
from typing import Any, NamedTuple

from sqlite_transport.database import Database

#: Parts that one statement reads or deletes.
SLICE = 500

#: The position of a part that has none: after all others.
LAST = 2**63 - 1


class Part(NamedTuple):
    """What a task of a chord's header returns; its position is its place in the header."""

    group_id: str
    position: int
    task_id: str
    payload: str | bytes


class Standing(NamedTuple):
    """How far a chord has come.

    size: how many parts it has, None while that is not known.
    returned: how many of them have returned.
    is_new: whether the part that was asked about is not among them.
    """

    size: int | None = None
    returned: int = 0
    is_completed: bool = False
    is_new: bool = True

    @property
    def completes(self) -> bool:
        """Whether the part that was asked about is the last one."""
        return (
            not self.is_completed
            and self.size is not None
            and self.returned + self.is_new >= self.size
        )


_LOOK = (
    "SELECT size + added, returned, completed_at IS NOT NULL, NOT EXISTS (SELECT 1 FROM chord_part"
    " WHERE group_id = ?1 AND position = ?2 AND task_id = ?3)"
    " FROM chord WHERE group_id = ?1 AND (expires_at IS NULL OR expires_at > ?4)"
)


def look(connection: Any, part: Part, now: float) -> Standing:
    """Return how far the chord of the part has come."""
    row = connection.execute(_LOOK, (*part[:3], now)).fetchone()
    return Standing() if row is None else Standing(row[0], row[1], bool(row[2]), bool(row[3]))


_IS_KNOWN = "SELECT EXISTS (SELECT 1 FROM chord WHERE group_id = ?)"


def is_known(database: Database, group_id: str) -> bool:
    """Tell whether the file knows of a chord, whatever became of it."""
    return bool(database.read(_IS_KNOWN, (group_id,))[0][0])


_RESTART = (
    "DELETE FROM chord WHERE group_id = ? AND (completed_at IS NOT NULL OR expires_at <= ?)"
    " RETURNING 1"
)
_FORGET_PARTS = "DELETE FROM chord_part WHERE group_id = ?"


def restart(connection: Any, group_id: str, now: float) -> None:
    """Forget an earlier run that is complete, or over: the chord is applied again."""
    if connection.execute(_RESTART, (group_id, now)).fetchall():
        connection.execute(_FORGET_PARTS, (group_id,))


_SET_SIZE = (
    "INSERT INTO chord (group_id, size, expires_at) VALUES (?, ?, ?)"
    " ON CONFLICT (group_id) DO UPDATE SET size = excluded.size, expires_at = excluded.expires_at"
)


def set_size(
    connection: Any, group_id: str, size: int, now: float, expires_at: float | None
) -> None:
    """Note how many parts the chord has; a run that is complete is over."""
    restart(connection, group_id, now)
    connection.execute(_SET_SIZE, (group_id, size, expires_at))


_ADD = (
    "INSERT INTO chord (group_id, added, expires_at) VALUES (?, 1, ?)"
    " ON CONFLICT (group_id) DO UPDATE SET added = added + 1"
)


def expect_another(connection: Any, group_id: str, expires_at: float | None) -> None:
    """Note that the chord has one part more than its size says."""
    connection.execute(_ADD, (group_id, expires_at))


_INSERT_PART = (
    "INSERT INTO chord_part (group_id, position, task_id, payload) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_COUNT_PART = (
    "INSERT INTO chord (group_id, returned, expires_at) VALUES (?1, 1, ?2)"
    " ON CONFLICT (group_id)"
    " DO UPDATE SET returned = returned + 1, expires_at = excluded.expires_at"
)


def add_part(connection: Any, part: Part, now: float, expires_at: float | None) -> None:
    """Note that a part has returned; the first time counts."""
    restart(connection, part.group_id, now)
    if connection.execute(_INSERT_PART, part).rowcount:
        connection.execute(_COUNT_PART, (part.group_id, expires_at))


_COMPLETE = "UPDATE chord SET completed_at = ?, expires_at = ? WHERE group_id = ?"


def complete(connection: Any, group_id: str, now: float, expires_at: float) -> None:
    """Note that the chord's body was sent: once and for all of this run."""
    connection.execute(_COMPLETE, (now, expires_at, group_id))


_PARTS = (
    "SELECT position, task_id, payload FROM chord_part"
    " WHERE group_id = ? AND (position, task_id) > (?, ?) ORDER BY position, task_id LIMIT ?"
)


def parts(database: Database, group_id: str) -> Iterator[Part]:
    """Yield the parts that have returned, in the order of the header."""
    last: tuple[int, str] = (-1, "")
    while rows := database.read(_PARTS, (group_id, *last, SLICE)):
        yield from (Part(group_id, *row) for row in rows)
        last = rows[-1][:2]


_FORGET_SOME_PARTS = (
    "DELETE FROM chord_part WHERE (group_id, position, task_id) IN"
    " (SELECT group_id, position, task_id FROM chord_part WHERE group_id = ? LIMIT ?)"
)
_HAS_PARTS = "SELECT EXISTS (SELECT 1 FROM chord_part WHERE group_id = ?)"


def forget_parts(database: Database, group_id: str, deadline: float = inf) -> bool:
    """Delete the parts of a chord that is over, a slice at a time; tell whether all are gone.

    deadline: when to stop, on the clock of `time.monotonic`.
    """
    while database.read(_HAS_PARTS, (group_id,))[0][0]:
        if time.monotonic() >= deadline:
            return False
        database.write(_FORGET_SOME_PARTS, (group_id, SLICE))
    return True

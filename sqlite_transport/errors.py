"""What can go wrong with the file, as exceptions whose message says what to do.

All of them are `kombu.exceptions.OperationalError`, so `.delay()` raises what
Celery's users already catch. `Unavailable` can pass and is tried again by
kombu's retry policy; `Unusable` does not pass by itself and is raised at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kombu.exceptions import OperationalError

from sqlite_transport.library import sqlite3


class Unavailable(OperationalError):
    """The file cannot be used now; nothing was changed, and trying again may work."""


class Replaced(Unavailable):
    """The file was deleted or replaced under its users, who must connect anew."""


class Unusable(OperationalError):
    """The file cannot be used until somebody mends what the message names."""


class InTransaction(Unusable):
    """This thread has the file's write turn for a transaction of its own, so it cannot wait for it.

    Within `with enqueuing(session):` it joins that transaction instead.
    """


class CannotJoin(ValueError):
    """What was sent within `enqueuing` cannot be a part of that transaction; it was not sent."""


#: What SQLite's primary result codes mean to a person, and what they should do.
ADVICE: dict[int, tuple[type[OperationalError], str]] = {
    5: (Unavailable, "another program holds the database locked: end its transaction"),
    6: (Unavailable, "another program holds the database locked: end its transaction"),
    7: (Unavailable, "there is not enough memory: free some"),
    8: (Unusable, "the file or its directory is read-only: make both writable for this user"),
    10: (Unavailable, "the disk reported an I/O error: check the disk and the system log"),
    11: (
        Unusable,
        "the database is damaged: stop every process that uses it, keep a copy, and restore a "
        "backup or rescue what can be read with the sqlite3 shell's .recover; it was not changed",
    ),
    13: (Unavailable, "the disk is full: free space on it; nothing was lost and nothing accepted"),
    14: (
        Unusable,
        "the file cannot be opened: check that its directory exists and is writable for this user",
    ),
    26: (
        Unusable,
        "the file is not an SQLite database: name another one in the broker URL; "
        "it was not changed",
    ),
}


def translated(error: Exception, path: Path) -> OperationalError:
    """Make of SQLite's error the one that says what to do, naming the file.

    The codes are SQLite's primary result codes (sqlite.org/rescode.html).
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    kind, advice = ADVICE.get(code, (Unavailable, "see SQLite's message"))
    return kind(f"{path}: {advice} (SQLite: {error})")


@contextmanager
def translating(path: Path) -> Iterator[None]:
    """Turn SQLite's errors, raised within, into `Unavailable` or `Unusable`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, path) from error

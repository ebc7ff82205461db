"""What the index has for those who ask: they make it, and put a little into it that it lacks.

Asking must not fail where nothing can be written: within a transaction of the
thread's own, on a full disk, behind a lock. There the index is used as it is.
"""

from contextlib import suppress

from sqlite_transport.database import Database
from sqlite_transport.errors import InTransaction, Unavailable
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.tables import State, read_state, want


def ask(database: Database, indexing: Indexing, low: int, high: int, behind: int) -> State | None:
    """Return what is in the index, None if there is none and it cannot be made.

    low, high: the ids of the first and the last job. behind: how many ids the
    index may lack at the end before this call puts some of them in.
    """
    try:
        state = want(database)
        if high - state.high <= behind and low >= state.low:
            return state
        indexing.step()
    except (InTransaction, Unavailable):
        pass  # what was there before is there still
    return read_state(database)


def note_wish(database: Database) -> None:
    """Make the index, if it can be made now: somebody would ask for less with it."""
    with suppress(InTransaction, Unavailable):
        want(database)

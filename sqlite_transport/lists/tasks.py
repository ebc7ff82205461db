"""Finding a job by its task's id, of which the table has no index: one costs every job a page."""

from collections.abc import Sequence

from sqlite_transport.database import Database
from sqlite_transport.search.asking import ask
from sqlite_transport.search.indexing import BLOCK, Indexing
from sqlite_transport.search.sieve import Sieve
from sqlite_transport.search.terms import of_task

BOUNDS = "SELECT coalesce((SELECT min(id) FROM job), 0), coalesce((SELECT max(id) FROM job), 0)"
NAMED = "SELECT id, completed_at IS NULL FROM job WHERE id BETWEEN ?1 AND ?2 AND task_id = ?3"
EXISTS = "SELECT 1 FROM job WHERE id = ?"

#: Ids so few that they are read through without an index.
SHORT = 2 * BLOCK
#: Ids that one query reads through.
STRIDE = 8192


def exists(database: Database, job: int) -> bool:
    """Tell whether there is a job of this id in the file."""
    return 0 < job < 2**63 and bool(database.read(EXISTS, (job,)))


def find_task(database: Database, task_id: str) -> int | None:
    """Return the id of the task's job, None if there is none in the file.

    Of several, as a message to several queues makes them, it is one that has
    not ended, else the newest. In a long file that nobody has searched before
    it goes through all that is not in the index yet: a second for a million.
    """
    low, high = database.read(BOUNDS)[0]
    if high - low < SHORT:
        return _best(_through(database, task_id, low, high))
    state = ask(database, Indexing(database), low, high, SHORT)
    if state is None:
        return _best(_through(database, task_id, low, high))
    found = _through(database, task_id, state.high + 1, high)
    sieve = Sieve(database, state, [of_task(task_id)])
    for job in sieve.collect(state.low, state.high, high, float("inf")) or ():
        found += database.read(NAMED, (job, job, task_id))
    return _best(found or _through(database, task_id, low, state.low - 1))


def _through(database: Database, task_id: str, low: int, high: int) -> list[Sequence[int]]:
    """Return the task's jobs of a range, of the newest stretch that has one."""
    found: list[Sequence[int]] = []
    while low <= high and not found:
        found += database.read(NAMED, (max(low, high - STRIDE + 1), high, task_id))
        high -= STRIDE
    return found


def _best(found: Sequence[Sequence[int]]) -> int | None:
    """Return the id of a job that is still to be done, else of the newest."""
    return max(((active, job) for job, active in found), default=(0, None))[1]

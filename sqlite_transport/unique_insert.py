"""A unique message stored by a single statement, as others are.

It is inserted into a view, whose trigger stores the job and gives it the key, or
neither: a transaction without BEGIN and COMMIT, and one call of the driver for
four. View and trigger are temporary: this connection's alone, and gone with it.
"""

from collections.abc import Sequence

from sqlite_transport.database import Database
from sqlite_transport.errors import translating
from sqlite_transport.queue import INTO, NEXT_ID
from sqlite_transport.uniqueness import TAKE_BY, Uniqueness, held_until, holder_query

# The first ones are those of `queue.INSERT_AT_REVISION`, in its order.
_COLUMNS = (
    *("queue", "priority", "status", "created_at", "due_at", "expires_at", "type", "task_id"),
    *("payload", "headers", "properties", "content_type", "content_encoding", "retry_count"),
    *("limit_key", "transient", "revision", "unique_key", "until", "held_until"),
)

# Transient's NOT NULL fails if somebody holds the key, or the routing has changed.
_TRANSIENT = (
    "(SELECT NEW.transient FROM state WHERE revision = NEW.revision"  # noqa: S608
    f" AND NOT EXISTS ({holder_query('NEW.unique_key', 'NEW.created_at')}))"
)
_JOB = (
    f"{INTO} VALUES (NEW.queue, NEW.priority, NEW.status, NEW.created_at, NEW.created_at,"
    " nullif(NEW.due_at, 0), nullif(NEW.expires_at, 0), NEW.type, NEW.task_id, NEW.payload,"
    " NEW.headers, NEW.properties, NEW.content_type, NEW.content_encoding, NEW.retry_count,"
    f" nullif(NEW.limit_key, ''), {NEXT_ID}, {_TRANSIENT})"
)
_TAKE = TAKE_BY.format(
    key="NEW.unique_key",
    job="last_insert_rowid()",
    task="NEW.task_id",
    until="NEW.until",
    held_until="NEW.held_until",
)

VIEW = "CREATE TEMP VIEW IF NOT EXISTS unique_insert AS SELECT " + ", ".join(
    f"NULL AS {column}" for column in _COLUMNS
)
TRIGGER = (
    "CREATE TEMP TRIGGER IF NOT EXISTS unique_insert INSTEAD OF INSERT ON unique_insert"
    f" BEGIN {_JOB}; {_TAKE}; END"
)
INSERT = f"INSERT INTO unique_insert VALUES ({', '.join('?' for _ in _COLUMNS)})"  # noqa: S608


class UniqueInsert:
    """The statement, on a process's connection to the file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opening = 0

    def store(self, values: Sequence[object], wanted: Uniqueness, now: float) -> bool:
        """Store a message by the values of `queue.INSERT_AT_REVISION`, and take its key.

        Returns False, and does nothing, within a transaction that is open already.

        Raises:
            sqlite3.IntegrityError: somebody holds the key, or the routing has changed.
        """
        database = self._database
        with database.lock:
            if database.is_in_transaction:
                return False
            self._prepare()
            until = held_until(wanted, now)
            database.write(INSERT, (*values, wanted.key, wanted.until, until))
        return True

    def _prepare(self) -> None:
        connection = self._database.ready()
        # One that was opened anew has neither.
        if self._opening != self._database.openings:
            with translating(self._database.path):
                connection.execute(VIEW)
                connection.execute(TRIGGER)
            self._opening = self._database.openings

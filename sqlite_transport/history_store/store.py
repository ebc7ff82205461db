"""The store: record what has ended, and prune what is not to be kept any longer."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from sqlite_transport.errors import Unavailable
from sqlite_transport.history_store import finding, forking, pruning, reopening
from sqlite_transport.history_store.creation import prepare
from sqlite_transport.history_store.engine import make_engine, shown
from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.history_store.fitting import OPTIONAL, Row, attempt_row, entry_row
from sqlite_transport.history_store.tables import job_attempt, job_history, job_history_version
from sqlite_transport.retention import Retention

#: How often a batch is tried when another process records the same jobs at the same time.
TRIES = 3


class Store:
    """The history at an SQLAlchemy URL, for one thread at a time.

    Raises:
        Unusable: the URL is wrong; later: the tables there are not ours.
        Unavailable: the database cannot be used now.
    """

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._prepared = False
        self._guard = forking.busy if self._engine.dialect.name == "sqlite" else nullcontext()

    def __str__(self) -> str:
        return shown(self._engine.url)

    def prepare(self) -> None:
        """Make the tables where they are missing."""
        if not self._prepared:
            with self._guard, self._translating():
                prepare(self._engine)
            self._prepared = True

    def record(
        self, entries: Sequence[Entry], attempts: Sequence[Attempt], kept: Collection[str]
    ) -> None:
        """Record all of it; an entry or attempt that is there already is replaced.

        Of entries whose status is not `kept` nothing stays, their attempts
        included. A row that the database refuses, though it is there, is
        recorded without its message and traceback.
        """
        self.prepare()
        wanted = {each.job_id: entry_row(each) for each in entries if each.status in kept}
        unwanted = {each.job_id for each in entries} - wanted.keys()
        rows = [attempt_row(each) for each in attempts if each.job_id not in unwanted]
        try:
            self._write(list(wanted.values()), rows, unwanted)
        except Unavailable:
            # The tables may have gone too.
            self._prepared = False
            if not self._takes_writes():
                raise
            for row in wanted.values():
                self._write_alone(row)
            for row in rows:
                self._write([], [row], unwanted)

    def _write_alone(self, row: Row) -> None:
        try:
            self._write([row], [], ())
        except Unavailable:
            if not self._takes_writes():
                raise
            self._write([{**row, **OPTIONAL}], [], ())

    def _write(self, entries: list[Row], attempts: list[Row], unwanted: Collection[str]) -> None:
        with self._translating():
            for tries_left in reversed(range(TRIES)):
                try:
                    with self._transaction() as connection:
                        _replace(connection, entries)
                        _add(connection, attempts)
                        if unwanted:
                            _forget_attempts(connection, unwanted)
                except IntegrityError:
                    if not tries_left:
                        raise
                else:
                    return

    def prune(
        self,
        retention: Mapping[str, Retention],
        now: float,
        seconds: float,
        deleted: Counter[str] | None = None,
    ) -> bool:
        """Delete what is not to be kept, for so many seconds at most; tell if there is more.

        What was deleted is added to `deleted`, by status.
        """
        deleted = Counter() if deleted is None else deleted
        self.prepare()
        with self._translating():
            return pruning.prune(self._transaction, retention, now, seconds, deleted)

    def find(self, job_id: str, task_id: str = "") -> Entry | None:
        """Return the job of this key, or if that is empty the last one of this task, if any."""
        self.prepare()
        with self._translating(), self._transaction() as connection:
            return finding.find(connection, job_id, task_id)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with, for the functions of `reading`."""
        self.prepare()
        with self._translating(), self._guard, self._engine.connect() as connection:
            yield connection

    @contextmanager
    def reopening(self, entry: Entry) -> Iterator[bool]:
        """Make an attempt of an entry if what is done within succeeds; give whether it was there.

        Who comes second waits for the first one, and then finds that it is not.
        """
        self.prepare()
        with self._translating(), self._transaction() as connection:
            yield reopening.reopen(connection, entry)

    def close(self) -> None:
        """Close the connection; a later use opens it again."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._guard, self._engine.begin() as connection:
            yield connection

    def _takes_writes(self) -> bool:
        """Tell whether it is the rows that are wrong, and not the database."""
        table = job_history_version
        try:
            with self._transaction() as connection:
                connection.execute(update(table).values(version=table.c.version))
        except SQLAlchemyError:
            return False
        return True

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # SQLAlchemy's own words repeat the statement and its values.
            raise Unavailable(f"{self}: {' '.join(str(error.orig).split())}") from error
        except SQLAlchemyError as error:
            raise Unavailable(f"{self}: {' '.join(str(error).split())}") from error


def _replace(connection: Connection, rows: list[Row]) -> None:
    if not rows:
        return
    column = job_history.c.job_id
    # Asked first: a delete of what is not there makes MySQL lock what is beside it.
    known = connection.scalars(
        select(column).where(column.in_([row["job_id"] for row in rows]))
    ).all()
    if known:
        connection.execute(delete(job_history).where(column.in_(known)))
    connection.execute(insert(job_history), rows)


def _add(connection: Connection, rows: list[Row]) -> None:
    if not rows:
        return
    job_id, completed_at = job_attempt.c.job_id, job_attempt.c.completed_at
    found = connection.execute(
        select(job_id, completed_at).where(job_id.in_({row["job_id"] for row in rows}))
    )
    known = {(job, moment) for job, moment in found}
    new = {(row["job_id"], row["completed_at"]): row for row in rows}
    missing = [row for key, row in new.items() if key not in known]
    if missing:
        connection.execute(insert(job_attempt), missing)


def _forget_attempts(connection: Connection, jobs: Collection[str]) -> None:
    connection.execute(delete(job_attempt).where(job_attempt.c.job_id.in_(jobs)))

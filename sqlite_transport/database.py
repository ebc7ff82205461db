"""One database file as one process sees it: a single connection, and the rules of its use.

All threads of a process share one connection behind a lock, so a process
never has two writers and a fork finds no thread inside SQLite. A connection
never crosses a fork (sqlite.org/howtocorrupt.html, 2.6), nor does what SQLite
remembers of it: a child would believe to hold the locks that its parent holds,
and write to a WAL that others delete. So it is closed before a fork, and parent
and child open their own when they need one.
"""

import atexit
import ctypes
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_transport import filesystem
from sqlite_transport.durability import LogSync
from sqlite_transport.errors import Replaced, Unavailable, Unusable, translated, translating
from sqlite_transport.guest_room import GuestRoom
from sqlite_transport.library import MINIMUM_VERSION, VERSION, sqlite3
from sqlite_transport.migrations import check, migrate
from sqlite_transport.transaction import Reader, Row, Writing
from sqlite_transport.turn import WriteTurn, open_turn

#: Frames of 4 KiB after which a commit moves the WAL into the database. The
#: commit is within the write turn, and so is the checkpoint.
CHECKPOINT_FRAMES = 1000

#: Bytes that the WAL file keeps when it starts anew; what a long reader made
#: it grow beyond is given back then.
LOG_LIMIT = 16 * 1024 * 1024

PRAGMAS = (
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_FRAMES}",
    f"PRAGMA journal_size_limit = {LOG_LIMIT}",
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
)


class Database:
    """The file at `path`, opened when it is first used.

    generation: grows whenever the file had to be opened anew, but for a fork,
        so that whoever keeps something of the old one can tell.
    rollbacks: grows with every transaction that was undone, for the same use.
    """

    def __init__(self, path: Path, busy_timeout: float = 5.0) -> None:
        self.path = path
        self.busy_timeout = busy_timeout
        self.generation = 0
        self.openings = 0
        self.rollbacks = 0
        self.lock = threading.RLock()
        self.writing = Writing(self)
        self.reader = Reader(self)
        self.connection: Any = None
        # What to do after each commit of this process, outside of the turn.
        self.after_commit: Callable[[], None] | None = None
        self.pid = os.getpid()
        self.turn: WriteTurn
        self.log: LogSync | None = None
        self.identity: tuple[int, int]
        # Of the file that was closed for a fork.
        self.paused: tuple[int, int] | None = None
        # Whether this process inherited the connection after all.
        self.orphaned = False
        self.room = GuestRoom(path, self.lock)

    def open(self) -> Any:
        """Open the file, create or migrate its tables, and return the connection.

        Raises:
            Unusable, Unavailable: with what to do.
        """
        with self.lock:
            if self.connection is None:
                self.room.wait()
            if self.connection is None:
                filesystem.prepare(self.path)
                self.connection = self._connect()
                self.openings += 1
                if self.identity != self.paused:
                    self.generation += 1
                self.paused = None
            return self.connection

    def _connect(self) -> Any:
        if VERSION < MINIMUM_VERSION:
            raise Unusable(
                f"SQLite {'.'.join(map(str, VERSION))} is too old, "
                f"{'.'.join(map(str, MINIMUM_VERSION))} is needed: pip install pysqlite3"
            )
        self.turn = open_turn(self.path)
        self.turn.take()
        try:
            with translating(self.path):
                connection = sqlite3.connect(
                    str(self.path),
                    timeout=self.busy_timeout,
                    isolation_level=None,
                    check_same_thread=False,
                    cached_statements=256,
                )
                try:
                    self._configure(connection)
                    self.log = self._open_log()
                    self.identity = identity_of(self.path)
                except BaseException:
                    connection.close()
                    raise
            self.turn.give()
            return connection
        except BaseException:
            self.turn.close()
            raise

    def _open_log(self) -> LogSync:
        try:
            return LogSync(self.path)
        except PermissionError as error:
            raise Unusable(
                f"{self.path}-wal: the log cannot be opened ({error.strerror}): the database or "
                "its directory is read-only: make both writable for this user"
            ) from error

    def _configure(self, connection: Any) -> None:
        execute = connection.execute
        if check(execute, self.path) == 0:
            # Only a database without tables can be told to give pages back.
            execute("PRAGMA auto_vacuum = INCREMENTAL")
        mode = execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise Unusable(
                f"{self.path}: SQLite refuses WAL mode here: put the file on a local disk"
            )
        for pragma in PRAGMAS:
            execute(pragma)
        migrate(execute, self.path)

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a short query; readers wait for no writer."""
        with self.lock:
            try:
                rows: list[Row] = self.ready().execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise translated(error, self.path) from error
            return rows

    @property
    def epoch(self) -> tuple[int, int]:
        """What differs once something read may never have been: undone, or of another file."""
        return self.rollbacks, self.generation

    def version(self) -> tuple[int, int, int]:
        """Return what differs once anybody has committed a change to the file."""
        with self.lock:
            version: int = self.read("PRAGMA data_version")[0][0]
            return version, self.connection.total_changes, self.openings

    @property
    def is_in_transaction(self) -> bool:
        """Whether a write would join one: a guest's, or that which a signal handler interrupts."""
        return self.writing.is_open or self.room.guest is not None

    def write(self, sql: str, parameters: Sequence[Any]) -> int:
        """Do one statement in a turn and a transaction of its own; return the rows it changed.

        Raises:
            sqlite3.IntegrityError: as SQLite does; it is the caller's to understand.
        """
        with self.lock:
            if self.is_in_transaction:
                with self.writing as connection:
                    return int(connection.execute(sql, parameters).rowcount)
            connection = self.ready()
            try:
                self.turn.take()
                self.check_identity()
                changed = int(connection.execute(sql, parameters).rowcount)
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                raise translated(error, self.path) from error
            finally:
                if self.connection is not None:
                    self.turn.give()
        if self.after_commit is not None:
            self.after_commit()
        return changed

    def ready(self) -> Any:
        """Return this process's connection to the file; the caller holds the lock."""
        if self.pid != os.getpid():
            self.forget()
        if self.orphaned:
            raise Unusable(
                f"{self.path}: this process was forked while its parent had the file open, which "
                "SQLite does not allow: fork outside of transactions, and by Python's os.fork"
            )
        return self.connection or self.open()

    def sync(self) -> None:
        """Return when all commits made so far survive power loss."""
        log = self.log or self._reopened_log()
        if log.wants_space():
            self._reserve(log)
        try:
            log.sync()
        except OSError as error:
            raise Unusable(
                f"{self.path}: the disk could not store what was written ({error.strerror}): "
                "check it and the system log"
            ) from error

    def _reserve(self, log: LogSync) -> None:
        try:
            with self.writing:
                log.reserve()
        except Replaced:
            raise
        except Unavailable:
            pass  # what is to be synced is stored: no reason to say that it was not

    def _reopened_log(self) -> LogSync:
        """Return the WAL after another thread closed it: the same one, or else a later one.

        A later one can only be there because the former was checkpointed.
        """
        with self.lock:
            self.ready()
            assert self.log is not None  # noqa: S101 - opened with the connection
            return self.log

    def check_identity(self) -> None:
        """Notice that the file is no longer the one that was opened.

        Raises:
            Replaced: it was; the next use opens the file that is there now.
        """
        try:
            same = identity_of(self.path) == self.identity
        except FileNotFoundError:
            same = False
        if not same:
            self.close()
            raise Replaced(
                f"{self.path}: the file was deleted or replaced while it was in use: "
                "restart what still uses the old one"
            )

    def close(self) -> None:
        """Close this process's connection, within the turn: the last one checkpoints."""
        with self.lock:
            if self.pid != os.getpid():
                self.forget()
            connection, self.connection = self.connection, None
            if connection is None:
                return
            # A guest has the turn, and is itself the last one then.
            is_last = self.room.guest is None
            if is_last:
                self.turn.take()
            try:
                with suppress(sqlite3.Error):
                    connection.close()
            finally:
                if is_last:
                    self.turn.give()
                self.turn.close()
                self.log = None

    def pause(self) -> None:
        """Close the connection for a fork; the caller holds the lock."""
        if self.connection is not None and not self.writing.is_open and self.room.guest is None:
            self.close()
            self.paused = self.identity

    def forget(self) -> None:
        """Start anew in a forked child, leaving all that is the parent's untouched."""
        self.lock = threading.RLock()
        self.writing = Writing(self)
        self.room = GuestRoom(self.path, self.lock)
        self.pid = os.getpid()
        self.paused = None
        self.after_commit = None
        connection, self.connection = self.connection, None
        if connection is not None:
            # Never collected, so never closed: not even when the child exits.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
            self.orphaned = True
            self.turn.close()
            self.log = None


def identity_of(path: Path) -> tuple[int, int]:
    """Return what tells one file from another of the same name."""
    found = os.stat(path)  # noqa: PTH116 - on the hot path, and Path.stat costs more
    return found.st_dev, found.st_ino


_databases: dict[Path, Database] = {}
_opening = threading.Lock()


def open_database(path: Path, busy_timeout: float | None = None) -> Database:
    """Return this process's `Database` for `path`; there is one for each file.

    Connections share it, and the last `busy_timeout` (seconds, default 5) holds for all.
    """
    with _opening:
        if path not in _databases:
            _databases[path] = Database(path)
        database = _databases[path]
    with database.lock:
        if database.connection is not None:
            # Whoever connects now shall find the file that is there now.
            with suppress(Replaced):
                database.check_identity()
        connection = database.ready()
        if busy_timeout is not None and database.busy_timeout != busy_timeout:
            database.busy_timeout = busy_timeout
            connection.execute(f"PRAGMA busy_timeout = {int(busy_timeout * 1000)}")
    return database


@contextmanager
def keeping_off(path: Path) -> Iterator[None]:
    """Keep this process from a file: it is closed, threads that want it wait, and so do forks.

    Raises:
        Unavailable: this thread is within a transaction.
    """
    with _opening:
        database = _databases.get(path)
        if database is None:
            yield
            return
    with database.lock:
        if database.writing.is_open:
            raise Unavailable(f"{path}: end the transaction that this thread is in first")
        database.room.wait()
        database.close()
        yield


def close_databases() -> None:
    """Close every file that this process has open; a later use opens it again."""
    for database in list(_databases.values()):
        database.close()


def _before_fork() -> None:
    _opening.acquire()
    for database in _databases.values():
        database.lock.acquire()
    for database in _databases.values():
        database.pause()


def _after_fork_in_parent() -> None:
    for database in _databases.values():
        database.lock.release()
    _opening.release()


def _after_fork_in_child() -> None:
    global _opening
    _opening = threading.Lock()
    for database in _databases.values():
        database.forget()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
atexit.register(close_databases)

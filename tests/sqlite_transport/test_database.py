"""One connection for each file and process, and the rules of its use."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from descriptors import open_below
from small_writes import INSERT, NAMES, OTHER_WRITER, names

from sqlite_transport import database as module
from sqlite_transport.database import Database, close_databases, open_database
from sqlite_transport.durability import RESERVE_AFTER, RESERVED
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.library import VERSION, has_wal_reset_bug, sqlite3


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path.resolve() / "queue.db"
    close_databases()


@pytest.fixture
def database(path: Path) -> Database:
    return open_database(path)


def test_a_file_has_one_database_in_a_process(database: Path, path: Path) -> None:
    found: list[Database] = []
    thread = threading.Thread(target=lambda: found.append(open_database(path)))
    thread.start()
    thread.join()
    assert found == [database]
    assert open_database(path.with_name("other.db")) is not database


def test_the_pragmas_that_durability_and_bounds_rest_on(database: Database) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 1,
        "auto_vacuum": 2,
        "wal_autocheckpoint": module.CHECKPOINT_FRAMES,
        "journal_size_limit": module.LOG_LIMIT,
        "busy_timeout": 5000,
    }
    assert {name: database.read(f"PRAGMA {name}")[0][0] for name in expected} == expected


def test_the_last_busy_timeout_holds(database: Database, path: Path) -> None:
    assert open_database(path, 1.5) is database
    assert database.read("PRAGMA busy_timeout") == [(1500,)]
    database.close()
    database.open()
    assert database.read("PRAGMA busy_timeout") == [(1500,)]


# -- writing ---------------------------------------------------------------------------


def test_a_transaction_is_seen_when_it_is_over(database: Database, path: Path) -> None:
    with database.writing as connection:
        connection.execute(INSERT, ("one",))
        connection.execute(INSERT, ("two",))
        assert names(path) == []
    assert names(path) == ["one", "two"]


def test_an_exception_undoes_all_of_it(database: Database, path: Path) -> None:
    rollbacks = database.rollbacks
    with suppress(KeyError), database.writing as connection:
        connection.execute(INSERT, ("one",))
        raise KeyError
    assert names(path) == []
    assert database.rollbacks == rollbacks + 1
    assert not database.writing.is_open
    assert database.write(INSERT, ("two",)) == 1
    assert names(path) == ["two"]


def test_a_write_within_a_transaction_joins_it(database: Database, path: Path) -> None:
    with database.writing as connection:
        connection.execute(INSERT, ("one",))
        assert database.write(INSERT, ("two",)) == 1
        with database.writing as inner:
            inner.execute(INSERT, ("three",))
        assert names(path) == [], "the outer one has not ended"
    assert names(path) == ["one", "three", "two"]


def test_an_inner_transaction_goes_with_the_outer_one(database: Database, path: Path) -> None:
    with suppress(KeyError), database.writing:
        database.write(INSERT, ("one",))
        raise KeyError
    assert names(path) == []


def test_a_signal_handler_that_writes_joins_the_transaction(database: Database, path: Path) -> None:
    previous = signal.signal(signal.SIGUSR1, lambda *_: database.write(INSERT, ("handler",)))
    try:
        with database.writing as connection:
            connection.execute(INSERT, ("one",))
            os.kill(os.getpid(), signal.SIGUSR1)
            assert names(path) == []
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert names(path) == ["handler", "one"]


def test_threads_write_one_after_the_other(database: Database, path: Path) -> None:
    def write(number: int) -> None:
        for each in range(20):
            with database.writing as connection:
                connection.execute(INSERT, (f"{number}-{each}-a",))
                connection.execute(INSERT, (f"{number}-{each}-b",))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert len(names(path)) == 160


def test_a_broken_constraint_is_for_the_caller_to_understand(
    database: Database, path: Path
) -> None:
    database.write(INSERT, ("one",))
    with pytest.raises(sqlite3.IntegrityError):
        database.write(INSERT, ("one",))
    with pytest.raises(sqlite3.IntegrityError), database.writing as connection:
        connection.execute(INSERT, ("one",))
    assert names(path) == ["one"]


@pytest.mark.parametrize("how", ["read", "write", "writing"])
def test_every_other_error_is_translated(database: Database, how: str) -> None:
    def fail() -> None:
        if how == "writing":
            with database.writing as connection:
                connection.execute("SELECT * FROM missing")
        else:
            getattr(database, how)("SELECT * FROM missing", ())

    with pytest.raises(Unavailable, match="see SQLite's message"):
        fail()
    assert database.write(INSERT, ("after",)) == 1, "and the turn was given back"


def test_the_turn_is_given_back_however_a_write_ends(database: Database, path: Path) -> None:
    """Another process could not write otherwise."""
    with suppress(KeyError), database.writing:
        raise KeyError
    with suppress(Unavailable):
        database.write("SELECT * FROM missing", ())
    with database.writing, database.writing:
        pass
    command = [sys.executable, "-c", OTHER_WRITER, path, INSERT]
    subprocess.run(command, check=True, timeout=120)
    assert names(path) == ["other"]


# -- reading -----------------------------------------------------------------------------


def test_the_reader_has_a_connections_form(database: Database) -> None:
    rows = database.reader.execute("SELECT 1 UNION SELECT ? ORDER BY 1", (2,))
    assert rows.fetchall() == [(1,), (2,)]
    assert rows.fetchone() == (1,)
    assert database.reader.execute("SELECT 1 WHERE 0").fetchone() is None


def test_a_reader_does_not_wait_for_a_writer(database: Database, path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys\nfrom pathlib import Path\n"
        "from sqlite_transport.database import open_database\n"
        "print(open_database(Path(sys.argv[1])).read('SELECT 1'))",
        path,
    ]
    database.close()
    with closing(sqlite3.connect(str(path), isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        foreign.execute(INSERT, ("foreign",))
        done = subprocess.run(command, check=True, timeout=120, capture_output=True, text=True)
    assert done.stdout == "[(1,)]\n"


# -- opening, closing, syncing ---------------------------------------------------------------


def test_it_is_opened_anew_after_a_close(database: Database) -> None:
    generation = database.generation
    database.write(INSERT, ("one",))
    database.close()
    database.close()
    assert database.connection is None
    assert database.read(NAMES) == [("one",)]
    assert database.generation == generation + 1


def test_closing_leaves_no_descriptors_behind(path: Path) -> None:
    open_database(path).close()
    before = open_below(path.parent)
    for _ in range(5):
        open_database(path).write("UPDATE state SET revision = revision", ())
        assert len(open_below(path.parent)) > len(before)
        open_database(path).close()
    assert open_below(path.parent) == before


def test_a_refused_file_leaves_no_descriptors_behind(path: Path) -> None:
    path.write_text("hello\n")
    before = open_below(path.parent)
    for _ in range(5):
        with pytest.raises(Unusable):
            open_database(path)
    assert open_below(path.parent) == before


def test_the_synced_file_is_the_wal_that_is_written(database: Database, path: Path) -> None:
    """Also after others have opened and closed the database, and after checkpoints."""
    wal = path.with_name("queue.db-wal")
    for _ in range(3):
        subprocess.run(
            [sys.executable, "-c", OTHER_WRITER, path, INSERT.replace("INSERT", "REPLACE")],
            check=True,
            timeout=120,
        )
        database.read("PRAGMA wal_checkpoint(PASSIVE)")
        database.write(INSERT.replace("INSERT", "REPLACE"), ("own",))
        assert database.log is not None
        synced = os.fstat(database.log._file)
        assert (synced.st_dev, synced.st_ino) == (wal.stat().st_dev, wal.stat().st_ino)
        assert database.log.size() == wal.stat().st_size > 0


def test_a_sync_that_fails_is_an_error(database: Database) -> None:
    """Nothing is accepted that may not be on the disk. A pipe cannot be synced."""
    assert database.log is not None
    receiver, sender = os.pipe()
    own = os.dup(database.log._file)
    try:
        os.dup2(sender, database.log._file)
        with pytest.raises(Unusable, match="the disk could not store what was written"):
            database.sync()
        os.dup2(own, database.log._file)
        database.sync()
    finally:
        for descriptor in (receiver, sender, own):
            os.close(descriptor)


def test_a_sync_after_another_thread_has_closed_the_file(database: Database, path: Path) -> None:
    """As between a commit and its sync, when a fork comes."""
    database.write(INSERT, ("one",))
    thread = threading.Thread(target=database.close)
    thread.start()
    thread.join()
    database.sync()
    assert database.log is not None
    assert names(path) == ["one"]


def test_another_programs_lock_does_not_make_a_sync_fail(path: Path) -> None:
    """What is synced is committed, whether or not space can be reserved for more."""
    database = open_database(path, busy_timeout=0)
    with closing(sqlite3.connect(str(path), isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        for _ in range(2 * RESERVE_AFTER):
            database.sync()


def test_space_is_reserved_for_those_who_sync_often(database: Database) -> None:
    for number in range(RESERVE_AFTER + 1):
        database.write(INSERT, (f"{number:02}",))
        database.sync()
    assert database.log is not None
    assert database.log.size() >= RESERVED
    database.write(INSERT, ("more",))
    assert len(names(database.path)) == RESERVE_AFTER + 2


# -- the library -------------------------------------------------------------------------------


def test_a_library_that_is_too_old_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MINIMUM_VERSION", (99, 0, 0))
    with pytest.raises(Unusable, match=r"is too old, 99.0.0 is needed: pip install pysqlite3"):
        open_database(path)


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 35, 0), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_which_versions_have_the_wal_reset_bug(version: tuple[int, ...], affected: bool) -> None:
    assert has_wal_reset_bug(version) is affected


def test_the_version_is_that_of_the_library_in_use(database: Database) -> None:
    found: Any = database.read("SELECT sqlite_version()")[0][0]
    assert tuple(map(int, found.split("."))) == VERSION

"""A database file and forks: what SQLite remembers must not cross them."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from receiving import PATIENCE, eventually
from small_writes import INSERT, NAMES, OTHER_WRITER, names

from sqlite_transport.database import Database, close_databases, open_database
from sqlite_transport.errors import Replaced, Unusable

# A child of a process with threads is what some of these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path.resolve() / "queue.db"
    close_databases()


@pytest.fixture
def database(path: Path) -> Database:
    return open_database(path)


def in_child(act: Callable[[], object]) -> int:
    """Do it in a forked child; return the child's process id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)
    return child


def ended_well(child: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_a_child_writes_survives_that_its_parent_closes(
    database: Database, path: Path
) -> None:
    """The child holds SQLite's locks itself, so the WAL is not deleted under it."""
    database.write(INSERT, ("parent",))
    wrote, told = os.pipe(), os.pipe()

    def write_twice() -> None:
        database.write(INSERT, ("child 1",))
        os.write(wrote[1], b"1")
        os.read(told[0], 1)
        database.write(INSERT, ("child 2",))
        database.sync()

    child = in_child(write_twice)
    os.read(wrote[0], 1)
    database.read("SELECT 1")
    database.close()
    subprocess.run([sys.executable, "-c", OTHER_WRITER, path, INSERT], check=True, timeout=120)
    os.write(told[1], b"2")
    assert ended_well(child)
    for descriptor in (*wrote, *told):
        os.close(descriptor)
    assert names(path) == ["child 1", "child 2", "other", "parent"]


def test_a_fork_is_no_new_generation(database: Database, path: Path) -> None:
    epoch = database.epoch
    version = database.version()
    assert ended_well(in_child(lambda: database.write(INSERT, ("child",))))
    assert database.read(NAMES) == [("child",)]
    assert database.epoch == epoch
    assert database.version() != version


def test_a_file_that_was_replaced_during_a_fork_is_a_new_one(
    database: Database, path: Path
) -> None:
    generation = database.generation
    copy = path.with_name("copy")
    database.read("SELECT 1")
    assert ended_well(in_child(lambda: None))
    shutil.copy(path, copy)
    for file in path.parent.glob("queue.db*"):
        file.unlink()
    copy.rename(path)
    database.read("SELECT 1")
    assert database.generation == generation + 1


def test_forking_while_threads_publish_and_sync(database: Database, path: Path) -> None:
    stop = threading.Event()
    written: list[str] = []

    def write(thread: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"{thread}-{number}"
            database.write(INSERT, (name,))
            database.sync()
            written.append(name)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(20):
            # Each fork has threads around it that write.
            eventually(lambda number=number: len(written) > number)
            assert ended_well(
                in_child(lambda number=number: database.write(INSERT, (f"fork-{number}",)))
            )
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert len(written) >= 20
    forks = [f"fork-{number}" for number in range(20)]
    assert names(path) == sorted([*written, *forks]), "no thread ended with an error"


def test_a_child_of_a_fork_within_a_transaction_is_told(database: Database, path: Path) -> None:
    """There the connection cannot be closed first, and SQLite's memory of it is the child's."""

    def use() -> None:
        for act in (lambda: database.read(NAMES), lambda: database.write(INSERT, ("child",))):
            with pytest.raises(Unusable, match=r"forked while its parent had the file open"):
                act()
        database.close()

    with database.writing as connection:
        connection.execute(INSERT, ("parent",))
        child = in_child(use)
    assert ended_well(child)
    assert names(path) == ["parent"]


def test_the_way_into_a_transaction_cannot_lead_over_a_fork(database: Database) -> None:
    writing = database.writing

    def write() -> None:
        with pytest.raises(Replaced, match="was forked: connect anew"), writing:
            pass

    assert ended_well(in_child(write))

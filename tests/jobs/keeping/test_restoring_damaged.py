"""A backup takes the place of a queue that is damaged, or gone."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from jobs.keeping.programs import READER
from jobs.keeping.restored import ask, flip, ids_in
from program import Program

from sqlite_transport.database import close_databases
from sqlite_transport.errors import Unusable
from sqlite_transport.guest import open_guest
from sqlite_transport.jobs.restoring import restore_file
from sqlite_transport.library import sqlite3

Run = Callable[..., Program]


def test_a_missing_queue(lost: Path, source: Path) -> None:
    lost.unlink()
    done = restore_file(lost, source)
    assert (done.kept, done.jobs) == (None, 3)
    assert ids_in(lost) == [1, 2, 3]


def test_a_missing_queue_whose_log_was_left(lost: Path, source: Path) -> None:
    lost.unlink()
    log = lost.with_name("queue.db-wal")
    log.write_bytes(b"left" * 1000)
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]
    [kept] = lost.parent.glob("queue.db.before-restore-*-wal")
    assert kept.read_bytes() == b"left" * 1000


def test_a_queue_that_is_no_database(lost: Path, source: Path) -> None:
    lost.write_bytes(b"garbage" * 1000)
    lost.with_name("queue.db-wal").write_bytes(b"log")
    done = restore_file(lost, source)
    assert done.kept is not None
    assert done.kept.read_bytes() == b"garbage" * 1000
    assert done.kept.with_name(done.kept.name + "-wal").read_bytes() == b"log"
    assert ids_in(lost) == [1, 2, 3]


def test_a_queue_with_a_damaged_page(lost: Path, source: Path) -> None:
    size = lost.stat().st_size
    flip(lost, size // 2 // 4096 * 4096)
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]
    assert ask(lost, "PRAGMA integrity_check") == [("ok",)]


def test_a_queue_whose_tail_is_missing(lost: Path, source: Path) -> None:
    with lost.open("r+b") as file:
        file.truncate(4096 * 3)
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]
    assert ask(lost, "PRAGMA integrity_check") == [("ok",)]


def test_an_empty_file(lost: Path, source: Path) -> None:
    lost.write_bytes(b"")
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]


def test_a_damaged_queue_that_is_still_open(lost: Path, source: Path, run: Run) -> None:
    reader = run(READER, lost)
    assert reader.read() == "reading"
    with lost.open("r+b") as file:
        file.write(b"garbage" * 1000)
    with pytest.raises(
        Exception, match=rf"damaged and still open: end process {reader.process.pid}"
    ):
        restore_file(lost, source)
    assert lost.read_bytes().startswith(b"garbage")
    reader.kill()
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]


def test_a_queue_of_a_newer_version_can_be_taken_back(lost: Path, source: Path) -> None:
    with closing(sqlite3.connect(str(lost), isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]


def test_another_programs_database_is_not_overwritten(lost: Path, source: Path) -> None:
    lost.unlink()
    with closing(sqlite3.connect(str(lost))) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with pytest.raises(Exception, match="this database belongs to another program"):
        restore_file(lost, source)
    assert ask(lost, "SELECT name FROM sqlite_schema") == [("mine",)]


def test_a_session_of_this_process_on_a_damaged_queue(lost: Path, source: Path) -> None:
    guest = open_guest(lost)
    close_databases()
    with lost.open("r+b") as file:
        file.write(b"garbage" * 1000)
    with pytest.raises(Unusable, match="close this process's sessions on it first"):
        restore_file(lost, source)
    guest.close()
    restore_file(lost, source)
    assert ids_in(lost) == [1, 2, 3]

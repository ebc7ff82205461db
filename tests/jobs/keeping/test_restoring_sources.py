"""What can be restored, and what changes nothing."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from celery import Celery
from jobs.keeping.restored import ask, flip, ids_in
from kombu import Connection
from program import Program

from sqlite_transport.jobs import JobError, Jobs
from sqlite_transport.jobs.restoring import restore_file
from sqlite_transport.library import sqlite3

Run = Callable[..., Program]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_backup_of_an_older_version_is_brought_forward(
    lost: Path, tmp_path: Path, version: int
) -> None:
    older = tmp_path / "older.db"
    script = Path(__file__).parents[2] / "sqlite_transport" / "versions" / f"{version}.sql"
    with closing(sqlite3.connect(str(older))) as connection:
        connection.executescript(script.read_text())
        connection.execute(f"PRAGMA user_version = {version}")
    before = older.read_bytes()
    restore_file(lost, older)
    assert ask(lost, "PRAGMA user_version") == [(4,)]
    assert older.read_bytes() == before
    with Connection(f"sqlite:///{lost}") as connection:
        connection.SimpleQueue("films").put("x")


def test_a_backup_with_other_settings_gets_those_of_the_queue(lost: Path, source: Path) -> None:
    with closing(sqlite3.connect(str(source), isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("VACUUM")
    restore_file(lost, source)
    assert ask(lost, "PRAGMA auto_vacuum") == [(2,)]
    assert ask(lost, "PRAGMA page_size") == [(4096,)]
    assert ids_in(lost) == [1, 2, 3]


def test_a_backup_with_a_log_of_its_own(app: Celery, lost: Path, source: Path) -> None:
    """As a live queue has, which may be restored elsewhere."""
    with closing(sqlite3.connect(str(source), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE job SET type = 'in the log'")
        restore_file(lost, source)
    assert ask(lost, "SELECT DISTINCT type FROM job") == [("in the log",)]


def spoil_a_page(source: Path) -> None:
    [(page,)] = ask(source, "SELECT rootpage FROM sqlite_schema WHERE name = 'job'")
    flip(source, 4096 * (page - 1))


def spoil_all(source: Path) -> None:
    for page in range(1, source.stat().st_size // 4096):
        flip(source, 4096 * page)


def empty(source: Path) -> None:
    source.write_bytes(b"")


def scribble(source: Path) -> None:
    source.write_bytes(b"garbage" * 1000)


def remove(source: Path) -> None:
    source.unlink()


def make_foreign(source: Path) -> None:
    source.unlink()
    with closing(sqlite3.connect(str(source))) as connection:
        connection.execute("CREATE TABLE mine (x)")


def make_newer(source: Path) -> None:
    with closing(sqlite3.connect(str(source), isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (spoil_a_page, "this backup is damaged, name another one"),
        (spoil_all, "this backup is damaged, name another one"),
        (empty, "this is no backup of a queue: name another file"),
        (scribble, "the file is not an SQLite database"),
        (remove, "there is no such file: name a backup"),
        (make_foreign, "this is no backup of a queue"),
        (make_newer, "schema version 99, newer than"),
    ],
)
def test_what_is_no_good_backup_changes_nothing(
    lost: Path, source: Path, change: Callable[[Path], None], message: str
) -> None:
    change(source)
    with pytest.raises(Exception, match=message):
        restore_file(lost, source)
    assert sorted(each.name for each in lost.parent.iterdir() if each != source) == [
        "queue.db",
        "queue.db-turn",
    ]
    assert ids_in(lost) == [1, 2, 3]


def test_the_queue_is_no_backup_of_itself(jobs: Jobs, source: Path) -> None:
    with pytest.raises(JobError, match="this is the queue itself: name a backup"):
        jobs.restore(jobs.broker.database.path)

"""The doctor on the file as such: each bad state is brought about for real."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from jobs.keeping.ended import fill
from jobs.keeping.findings import alter, of
from jobs.keeping.programs import HOLDER, READER
from program import Program

from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs
from sqlite_transport.jobs.doctor import examine, library, turn
from sqlite_transport.jobs.doctor import log as doctor_log
from sqlite_transport.library import has_wal_reset_bug, sqlite3

Run = Callable[..., Program]

#: What is found of a healthy file: its SQLite may be an old one.
NORMAL = {"sqlite"} if has_wal_reset_bug() else set()


def listing(path: Path) -> dict[str, tuple[int, int]]:
    return {
        each.name: (each.stat().st_size, each.stat().st_mtime_ns) for each in path.parent.iterdir()
    }


# -- the healthy and the hopeless -----------------------------------------------------


def test_a_healthy_file_is_left_as_it_is(queue: Path) -> None:
    before = listing(queue)
    findings = examine(queue)
    strange = {each.name for each in findings if each.level != "ok"}
    assert strange == {"queues", *NORMAL}, "but that no worker has started yet"
    assert all(each.fix == "" for each in findings if each.level == "ok")
    assert listing(queue) == before


def test_beside_workers_it_does_not_disturb(app: Celery, jobs: Jobs, run: Run) -> None:
    app.send_task("scan")
    holder = run(HOLDER, jobs.broker.database.path, 1)
    assert holder.read() == "holding"
    findings = jobs.doctor(deep=True)
    assert {each.name for each in findings if each.level != "ok"} == NORMAL
    assert of(findings, "integrity").message == "integrity_check: ok"
    assert of(findings, "libraries").message.startswith("2 processes")
    assert [each.alive for each in jobs.workers()] == [True]


def test_a_missing_file_is_not_made(path: Path) -> None:
    found = of(examine(path), "file")
    assert found.level == "warning"
    assert "start a worker" in found.fix
    assert list(path.parent.iterdir()) == []


def test_a_directory(path: Path) -> None:
    path.mkdir()
    assert of(examine(path), "file").message == "this is a directory"


def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert of(examine(path), "file").message == "this is a pipe, a socket or a device"


def test_a_log_without_its_database(queue: Path) -> None:
    queue.unlink()
    queue.with_name("queue.db-wal").write_bytes(b"jobs" * 100)
    findings = examine(queue)
    assert of(findings, "leftovers").level == "error"
    assert "queue.db-wal (400 bytes)" in of(findings, "leftovers").message
    assert not queue.exists()


def test_an_empty_file(path: Path) -> None:
    path.touch()
    assert "empty" in of(examine(path), "schema").message


def test_what_is_no_database(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)
    found = of(examine(path), "file")
    assert found.level == "error"
    assert found.message.startswith("the file is not an SQLite database")
    assert found.fix.startswith("name another one")
    assert path.read_bytes() == b"garbage" * 1000


def spoil(path: Path, *pages: int) -> None:
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(b"\xa5" * 4096)


def test_a_damaged_page(queue: Path) -> None:
    with closing(sqlite3.connect(str(queue))) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'job'")
        [page] = root.fetchone()
    spoil(queue, page)
    findings = examine(queue)
    assert of(findings, "integrity").level == "error"
    assert "restore a backup" in of(findings, "integrity").fix
    told = of(findings, "queues")
    assert told.level == "ok" or told.message.startswith("the database is damaged")


def test_a_database_that_is_damaged_all_over(queue: Path) -> None:
    spoil(queue, *range(2, queue.stat().st_size // 4096))
    found = of(examine(queue), "file")
    assert found.level == "error"
    assert found.message.startswith("the database is damaged (SQLite: ")
    assert found.fix.startswith("stop every process that uses it")


def test_a_wrong_index_is_found_when_it_looks_deep(queue: Path) -> None:
    alter(
        queue,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'priority', 'due_at')"
        " WHERE name = 'job_ready'",
    )
    assert of(examine(queue), "integrity").level == "ok"
    found = of(examine(queue, deep=True), "integrity")
    assert found.level == "error"
    assert "index job_ready" in found.message


def test_a_locked_file(queue: Path) -> None:
    alter(queue, "PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(str(queue), isolation_level=None)) as foreign:
        foreign.execute("BEGIN EXCLUSIVE")
        foreign.execute("DELETE FROM event")
        foreign.execute("UPDATE state SET revision = revision + 1")
        found = of(examine(queue), "file")
        foreign.execute("ROLLBACK")
    assert found.message.startswith("another program holds the database locked")
    assert found.fix == "end its transaction"


# -- SQLite -----------------------------------------------------------------------------


def test_old_libraries() -> None:
    [found] = library.check_version((3, 34, 1))
    assert (found.level, found.name) == ("error", "sqlite")
    assert "3.35.0 is needed" in found.message
    for good in ((3, 44, 6), (3, 50, 7), (3, 51, 3)):
        assert [each.level for each in library.check_version(good)] == ["ok"]


WITHOUT_PYSQLITE = """
    import sys
    sys.modules["pysqlite3"] = None
    from pathlib import Path
    from sqlite_transport.jobs.doctor import examine
    for each in examine(Path(sys.argv[1])):
        if each.name == "sqlite":
            print(each.level, each.message, flush=True)
"""


def test_the_standard_librarys_sqlite(queue: Path, run: Run) -> None:
    import sqlite3 as standard

    told = run(WITHOUT_PYSQLITE, queue).read()
    level = "warning" if standard.sqlite_version_info < (3, 51, 3) else "ok"
    assert told.startswith(f"{level} SQLite {standard.sqlite_version} (sqlite3)")


BOTH = """
    import sqlite3, sys, time
    from pathlib import Path
    from sqlite_transport.database import open_database
    open_database(Path(sys.argv[1]))
    other = sqlite3.connect(sys.argv[1])
    other.execute("SELECT count(*) FROM job").fetchall()
    print("open", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sqlite3.__name__ == "sqlite3", reason="there is one copy of SQLite only")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has open")
def test_two_copies_of_sqlite_in_a_process(queue: Path, run: Run) -> None:
    program = run(BOTH, queue)
    assert program.read() == "open"
    found = of(examine(queue), "libraries")
    assert found.level == "error"
    assert f"process {program.process.pid} (" in found.message
    program.kill()
    assert of(examine(queue), "libraries").level == "ok"


# -- the database ------------------------------------------------------------------------


def test_another_programs_database(path: Path) -> None:
    alter(path, "CREATE TABLE mine (x)")
    assert "belongs to another program" in of(examine(path), "schema").message


@pytest.mark.parametrize(("version", "level"), [(2, "warning"), (99, "error")])
def test_another_version(queue: Path, version: int, level: str) -> None:
    alter(queue, f"PRAGMA user_version = {version}")
    findings = examine(queue)
    assert of(findings, "schema").level == level
    assert [each for each in findings if each.name == "queues"] == [], "its tables are not known"


@pytest.mark.parametrize("removed", ["INDEX job_ready", "TABLE unique_job"])
def test_what_somebody_has_removed(queue: Path, removed: str) -> None:
    alter(queue, f"DROP {removed}")
    found = of(examine(queue), "schema")
    assert found.level == "error"
    assert removed.split()[1] in found.message


def test_another_journal_mode(queue: Path) -> None:
    alter(queue, "PRAGMA journal_mode = TRUNCATE")
    found = of(examine(queue), "journal")
    assert (found.level, "not WAL" in found.message) == ("warning", True)


def test_a_file_that_cannot_give_pages_back(queue: Path) -> None:
    alter(
        queue,
        "PRAGMA journal_mode = DELETE",
        "PRAGMA auto_vacuum = NONE",
        "VACUUM",
        "PRAGMA journal_mode = WAL",
    )
    assert "make a backup and restore it" in of(examine(queue), "space").fix


def test_a_file_that_is_mostly_free(jobs: Jobs, path: Path) -> None:
    fill(jobs.broker, 150_000)
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job")
    close_databases()
    found = of(examine(path), "space")
    assert (found.level, found.fix) == ("warning", "give them back with vacuum")


# -- log and locks -------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
def test_a_reader_that_holds_the_log(jobs: Jobs, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = jobs.broker.database.path
    reader = run(READER, path)
    assert reader.read() == "reading"
    for _ in range(3):
        fill(jobs.broker, 70_000)
    assert path.with_name("queue.db-wal").stat().st_size > doctor_log.LONG
    found = of(jobs.doctor(), "log")
    assert found.level == "warning"
    assert f"process {reader.process.pid} (" in found.message
    reader.kill()
    assert "vacuum cuts it" in of(jobs.doctor(), "log").fix
    jobs.vacuum()
    assert of(jobs.doctor(), "log").level == "ok"


HOLD_TURN = """
    import sys, time
    from pathlib import Path
    from sqlite_transport.turn import WriteTurn
    WriteTurn(Path(sys.argv[1])).take()
    print("mine", flush=True)
    time.sleep(600)
"""


def test_a_process_that_keeps_the_write_turn(
    queue: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = run(HOLD_TURN, queue)
    assert program.read() == "mine"
    with monkeypatch.context() as patch:
        patch.setattr(turn, "PATIENCE", 0.5)
        found = of(examine(queue), "turn")
    assert found.level == "error"
    if sys.platform == "linux":
        assert f"process {program.process.pid} (" in found.message
    program.kill()
    assert of(examine(queue), "turn").level == "ok"


def test_nobody_waits_behind_the_doctor(
    queue: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that waited for the turn is gone when the finding is there."""
    monkeypatch.setattr(turn, "PATIENCE", 0.5)
    program = run(HOLD_TURN, queue)
    program.read()
    examine(queue)
    program.kill()
    waiting = subprocess.run(["flock", "-n", queue.with_name("queue.db-turn"), "true"], check=False)
    assert waiting.returncode == 0


def test_it_can_be_told_as_json(queue: Path) -> None:
    told: dict[str, Any] = examine(queue)[0].as_json()
    assert set(told) == {"name", "level", "message", "fix"}

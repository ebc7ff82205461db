"""What is free goes back to the disk, beside running workers."""

from typing import Any

import pytest
from jobs.keeping.ended import fill
from jobs.keeping.programs import CONSUMER, PAIRS, READER
from program import Program

from sqlite_transport.durability import RESERVED
from sqlite_transport.jobs import Jobs, vacuuming
from sqlite_transport.library import sqlite3


def sizes(jobs: Jobs) -> tuple[int, int]:
    """Return the bytes of the database and of its log on the disk."""
    path = jobs.broker.database.path
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size, log.stat().st_size


@pytest.fixture
def emptied(jobs: Jobs) -> int:
    """A file of 30,000 jobs that are gone; return how large it was."""
    fill(jobs.broker, 30_000)
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job")
    return sum(sizes(jobs))


def test_all_of_it(jobs: Jobs, emptied: int) -> None:
    told: list[tuple[int, int | None]] = []
    done = jobs.vacuum(progress=lambda *counts: told.append(counts))
    assert done.complete
    assert jobs.broker.database.read("PRAGMA freelist_count") == [(0,)]
    assert sizes(jobs) == (done.bytes_after - RESERVED, RESERVED)
    assert done.bytes_after < emptied / 2 < done.bytes_before
    assert len(told) > 1, "in slices"
    assert told[-1][0] == told[-1][1]
    assert [each for each, _ in told] == sorted({each for each, _ in told})


def test_a_second_time_there_is_nothing_to_do(jobs: Jobs, emptied: int) -> None:
    after = jobs.vacuum().bytes_after
    again = jobs.vacuum()
    assert (again.bytes_before, again.bytes_after) == (after, after)


def test_a_short_log_goes_altogether(jobs: Jobs) -> None:
    fill(jobs.broker, 10)
    assert 0 < sizes(jobs)[1] < RESERVED
    jobs.vacuum()
    assert sizes(jobs)[1] == 0


@pytest.mark.usefixtures("emptied")
def test_a_reader_keeps_the_log_and_stops_nobody(
    jobs: Jobs, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader: Program = run(READER, jobs.broker.database.path)
    assert reader.read() == "reading"
    monkeypatch.setattr(vacuuming, "PATIENCE", 0.3)
    assert not jobs.vacuum().complete
    assert jobs.broker.database.read("PRAGMA busy_timeout") == [(5000,)]
    reader.kill()
    before = sizes(jobs)[1]
    assert jobs.vacuum().complete
    assert sizes(jobs)[1] == RESERVED < before


@pytest.mark.usefixtures("emptied")
def test_beside_workers(jobs: Jobs, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vacuuming, "PATIENCE", 120.0)  # until for a moment nobody reads
    path = jobs.broker.database.path
    programs = [run(PAIRS, path, "a"), run(CONSUMER, path, "left", "right")]
    assert {each.read() for each in programs} == {"ready"}
    done = jobs.vacuum()
    assert done.complete
    assert done.bytes_after < done.bytes_before
    path.with_name(path.name + ".stop").touch()
    for program in programs:
        program.finish()
    assert jobs.broker.database.read("PRAGMA integrity_check") == [("ok",)]


def test_a_file_without_auto_vacuum_is_left_as_it_is(jobs: Jobs, emptied: int) -> None:
    path = jobs.broker.database.path
    jobs.broker.database.close()
    connection = sqlite3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute("VACUUM")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    fill(jobs.broker, 1000)
    with jobs.broker.database.writing as writing:
        writing.execute("DELETE FROM job")
    assert jobs.vacuum().complete
    assert jobs.broker.database.read("PRAGMA freelist_count")[0][0] > 10

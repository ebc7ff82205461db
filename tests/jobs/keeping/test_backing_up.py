"""A backup is made beside running workers, of one moment, and is there complete or not at all."""

import stat
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from jobs.keeping.programs import CONSUMER, PAIRS, small_disk
from program import Program

from sqlite_transport import beside
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.jobs import JobError, Jobs
from sqlite_transport.library import sqlite3

Run = Callable[..., Program]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "backups" / "monday.db"


@pytest.fixture
def three(app: Celery, target: Path) -> None:
    target.parent.mkdir()
    for number in range(3):
        app.send_task("scan", (number,))


def read(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return rows


def read_new(publisher: Program, before: set[str]) -> str:
    """Return the next that it says which was not accepted before."""
    while (told := publisher.read()) in before:
        pass
    return told


@pytest.mark.usefixtures("three")
def test_it_holds_what_is_in_the_file(jobs: Jobs, target: Path) -> None:
    made = jobs.backup(target)
    assert (made.path, made.bytes, made.jobs) == (target, target.stat().st_size, 3)
    assert made.seconds > 0
    assert read(target, "SELECT count(*) FROM job_queue") == [(3,)]
    assert read(target, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.usefixtures("three")
def test_it_is_one_file_of_its_owner_alone(jobs: Jobs, target: Path) -> None:
    jobs.backup(str(target))
    assert [each.name for each in target.parent.iterdir()] == ["monday.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert read(target, "PRAGMA journal_mode") == [("delete",)]


def test_beside_writers_it_is_of_one_moment(run: Run, jobs: Jobs, tmp_path: Path) -> None:
    """Two rows that were written together are both there, or neither."""
    path = jobs.broker.database.path
    publishers = [run(PAIRS, path, name) for name in "abcd"]
    worker = run(CONSUMER, path, "left")
    assert {each.read() for each in (*publishers, worker)} == {"ready"}
    seen: list[tuple[Path, list[str]]] = []
    before: set[str] = set()
    for number in range(5):
        accepted = [read_new(each, before) for each in publishers]
        target = tmp_path / f"{number}.db"
        jobs.backup(target)
        seen.append((target, accepted))
        before = {task_id for (task_id,) in read(target, "SELECT task_id FROM job")}
    Path(f"{path}.stop").touch()
    for program in (*publishers, worker):
        program.finish()
    sizes = []
    for target, accepted in seen:
        assert read(target, "PRAGMA integrity_check") == [("ok",)]
        pairs = Counter(row[0] for row in read(target, "SELECT task_id FROM job"))
        assert set(pairs.values()) == {2}
        assert set(accepted) <= set(pairs), "what was accepted before is there"
        sizes.append(len(pairs))
    assert sizes == sorted({*sizes}), "they wrote meanwhile"


@pytest.mark.usefixtures("three")
def test_the_queue_itself_is_refused(jobs: Jobs, tmp_path: Path) -> None:
    path = jobs.broker.database.path
    link, second = tmp_path / "link.db", tmp_path / "second.db"
    link.symlink_to(path)
    second.hardlink_to(path)
    for target in (path, link, second, Path(f"{path}-wal"), Path(f"{path}-turn")):
        with pytest.raises(JobError, match="this is the queue itself: name another"):
            jobs.backup(target, overwrite=True)


@pytest.mark.usefixtures("three")
def test_what_is_there_is_not_overwritten_unless_that_is_said(jobs: Jobs, target: Path) -> None:
    target.write_text("mine")
    with pytest.raises(JobError, match="is there already: name another, or say overwrite"):
        jobs.backup(target)
    assert target.read_text() == "mine"
    jobs.backup(target, overwrite=True)
    assert read(target, "SELECT count(*) FROM job") == [(3,)]


@pytest.mark.usefixtures("three")
def test_a_database_in_use_is_not_overwritten(jobs: Jobs, target: Path) -> None:
    with closing(sqlite3.connect(str(target))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE mine (x)")
        with pytest.raises(JobError, match="a program has this database open"):
            jobs.backup(target, overwrite=True)


@pytest.mark.usefixtures("three")
def test_a_place_where_nothing_can_be_made(jobs: Jobs, target: Path) -> None:
    with pytest.raises(JobError, match="this is a directory"):
        jobs.backup(target.parent)
    with pytest.raises(Unusable, match="there is no such directory: create it"):
        jobs.backup(target.parent / "missing" / "monday.db")


@pytest.mark.usefixtures("three")
def test_a_full_disk_is_told_before_it_begins(jobs: Jobs, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=4) as mounted:
        if not mounted:
            pytest.skip("mounting a small disk needs more rights")
        with pytest.raises(Unavailable, match="the disk has 4 MB left and 17 MB are needed"):
            jobs.backup(tmp_path / "small" / "monday.db")
        assert list((tmp_path / "small").iterdir()) == []


@pytest.mark.usefixtures("three")
def test_it_can_be_stopped_from_its_progress(jobs: Jobs, target: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        assert total is not None
        assert 0 < done <= total
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.backup(target, progress=stop)
    assert list(target.parent.iterdir()) == []
    assert jobs.backup(target).jobs == 3


@pytest.mark.usefixtures("three")
def test_two_of_the_same_name_at_once(jobs: Jobs, target: Path) -> None:
    with (
        beside.making(target),
        pytest.raises(Unavailable, match="another process is making this file"),
    ):
        jobs.backup(target)
    jobs.backup(target)


@pytest.mark.usefixtures("three")
def test_what_a_dead_one_left_is_in_nobodys_way(jobs: Jobs, target: Path) -> None:
    left = beside.directory_of(target)
    (left / "deeper").mkdir(parents=True)
    (left / "monday.db").write_text("half")
    assert jobs.backup(target).jobs == 3
    assert [each.name for each in target.parent.iterdir()] == ["monday.db"]

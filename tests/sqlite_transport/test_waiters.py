"""The pipes on which threads wait for results."""

import os
import select
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sqlite_transport import waiters
from sqlite_transport.database import Database, close_databases, open_database
from sqlite_transport.errors import Unusable
from sqlite_transport.waiters import Waiter, directory_of, ring, waiter_of


@pytest.fixture
def database(path: Path) -> Database:
    return open_database(path)


@pytest.fixture
def waiter(path: Path) -> Iterator[Waiter]:
    waiter = Waiter(path)
    yield waiter
    waiter.close()


def names(path: Path) -> list[str]:
    return sorted(each.name for each in directory_of(path).iterdir())


def test_a_ring_is_heard(database: Database, waiter: Waiter) -> None:
    assert not waiter.wait(0)
    ring(database, ["one"])
    ring(database, ["two", "three"])

    assert waiter.wait(240)
    assert waiter.heard() == {"one", "two", "three"}
    assert waiter.heard() == set()


def test_a_ring_wakes_who_sleeps(database: Database, waiter: Waiter) -> None:
    thread = threading.Timer(0.1, ring, (database, ["one"]))
    thread.start()

    assert waiter.wait(240)
    thread.join()


def test_everybody_hears(database: Database, path: Path) -> None:
    several = [Waiter(path) for _ in range(5)]
    ring(database, ["one"])

    assert [waiter.heard() for waiter in several] == [{"one"}] * 5
    for waiter in several:
        waiter.close()
    assert names(path) == []


def test_nobody_waits(database: Database, path: Path) -> None:
    ring(database, ["one"])

    assert not directory_of(path).exists()


def test_a_wake_tells_no_task(waiter: Waiter) -> None:
    waiter.wake()

    assert waiter.wait(0)
    assert waiter.heard() == set()


@pytest.mark.parametrize("task_id", ["x" * 1000, "a\nb", "*"])
def test_an_id_that_does_not_fit_may_be_any(
    database: Database, waiter: Waiter, task_id: str
) -> None:
    ring(database, [task_id])

    assert waiter.heard() is None


def test_so_may_many_at_once(database: Database, waiter: Waiter) -> None:
    ring(database, [f"task-{number}" for number in range(select.PIPE_BUF)])

    assert waiter.heard() is None


def test_a_full_pipe_may_have_missed_some(database: Database, waiter: Waiter) -> None:
    for number in range(5000):
        ring(database, [f"{number:036}"])
    waiter.wake()

    assert waiter.heard() is None
    ring(database, ["next"])
    assert waiter.heard() == {"next"}


def test_a_dead_ones_pipe_is_removed(database: Database, path: Path, waiter: Waiter) -> None:
    os.mkfifo(directory_of(path) / "1-dead")
    ring(database, ["one"])

    assert names(path) == [waiter.path.name]
    assert waiter.heard() == {"one"}


def test_a_closed_ones_pipe_is_forgotten(database: Database, path: Path, waiter: Waiter) -> None:
    other = Waiter(path)
    ring(database, ["one"])
    other.close()
    ring(database, ["two"])

    assert waiter.heard() == {"one", "two"}
    assert len(waiters._callers[path]._pipes) == 1


def test_a_pipe_that_lost_its_reader_is_removed(
    database: Database, path: Path, waiter: Waiter
) -> None:
    """Its process was killed; the pipe is still there."""
    file = os.open(fifo := waiter.path.with_name("1-killed"), os.O_RDWR | os.O_CREAT)
    os.close(file)
    fifo.unlink()
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    ring(database, ["one"])
    os.close(reader)
    ring(database, ["two"])

    assert names(path) == [waiter.path.name]


def test_too_many_open_files_do_no_harm(
    database: Database, path: Path, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(waiters.os, "open", refuse)
    ring(database, ["one"])
    monkeypatch.undo()
    ring(database, ["two"])

    assert waiter.heard() == {"two"}


def test_what_was_never_named_is_swept(path: Path) -> None:
    directory_of(path).mkdir()
    old, young = (directory_of(path) / name for name in (".1-old", ".1-young"))
    for pipe in (old, young, directory_of(path) / "1-dead-12345678"):
        os.mkfifo(pipe)
    long_ago = time.time() - 2 * waiters.STALE
    os.utime(old, (long_ago, long_ago))

    waiter = Waiter(path)

    assert names(path) == [young.name, waiter.path.name]
    waiter.close()


def test_a_pipe_under_way_is_not_rung(database: Database, path: Path, waiter: Waiter) -> None:
    os.mkfifo(directory_of(path) / ".1-coming")
    ring(database, ["one"])

    assert names(path) == [".1-coming", waiter.path.name]


def test_who_waits_for_one_is_not_woken_for_others(
    database: Database, path: Path, waiter: Waiter
) -> None:
    waiter.listen({"mine"})
    ring(database, ["another"])
    assert not waiter.wait(0)

    ring(database, ["mine"])
    assert waiter.heard() == {"mine"}

    waiter.listen({"mine", "too"})
    ring(database, ["another"])
    assert waiter.heard() == {"another"}
    assert len(waiters._callers[path]._pipes) == 1, "it is the same pipe by any name"


def test_a_pipe_that_was_removed_cannot_be_renamed(path: Path, waiter: Waiter) -> None:
    waiter.path.unlink()
    waiter.listen({"mine"})

    assert not waiter.path.exists()


def test_only_the_owner_may_look(path: Path) -> None:
    old = os.umask(0)
    try:
        waiter = Waiter(path)
    finally:
        os.umask(old)

    assert stat.S_IMODE(directory_of(path).stat().st_mode) == 0o700
    assert stat.S_IMODE(waiter.path.stat().st_mode) == 0o600
    waiter.close()


def test_a_thread_has_one_and_takes_it_along(path: Path) -> None:
    found: list[str] = []

    def work() -> None:
        assert waiter_of(path) is waiter_of(path)
        found.extend(names(path))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert len(found) == 1
    assert names(path) == []


def test_a_removed_pipe_is_made_again(path: Path) -> None:
    first = waiter_of(path)
    first.path.unlink()

    assert waiter_of(path) is not first
    waiter_of(path).close()


def test_there_is_no_room_for_pipes(path: Path) -> None:
    directory_of(path).write_text("a file is in the way")

    with pytest.raises(Unusable, match="make the directory writable"):
        Waiter(path)


def test_without_poll_there_is_select(waiter: Waiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(select, "poll")
    assert not waiter.wait(0)
    waiter.wake()

    assert waiter.wait(240)


def test_without_a_way_to_ask_a_pipe_is_small(
    waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(waiters.fcntl, "F_GETPIPE_SZ")

    assert waiters.capacity(0) == select.PIPE_BUF


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_child_leaves_its_parents_pipes(database: Database, path: Path) -> None:
    waiter = waiter_of(path)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            own = waiter_of(path)
            assert own is not waiter
            ring(open_database(path), ["from the child"])
            assert own.heard() == {"from the child"}
            own.close()
            close_databases()
            code = 0
        finally:
            os._exit(code)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert waiter.heard() == {"from the child"}
    assert names(path) == [waiter.path.name]
    waiter.close()


def test_a_program_that_ends_takes_its_pipe_along(path: Path, run: Callable[..., object]) -> None:
    program = run(
        """
        import sys
        from pathlib import Path
        from sqlite_transport.waiters import waiter_of
        print(waiter_of(Path(sys.argv[1])).path.name)
        """,
        path,
    )

    assert program.finish()  # type: ignore[attr-defined]
    assert names(path) == []

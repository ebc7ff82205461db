"""The write turn: many writers, no error, and nobody waits for ever."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest
from receiving import PATIENCE, eventually

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.library import sqlite3
from sqlite_transport.turn import WriteTurn

WRITERS = 8
MESSAGES = 150

WRITER = """
import sys, kombu, sqlite_transport
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with kombu.Connection(f"sqlite:///{path}?durability=normal&busy_timeout=0") as connection:
    producer = connection.Producer()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        producer.publish("", routing_key="jobs", headers={"task": "t", "id": f"{name}-{number}"})
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path.resolve() / "queue.db"
    with kombu.Connection(f"sqlite:///{path}") as connection:
        connection.Producer().publish("", routing_key="jobs", headers={"task": "t", "id": "first"})
    yield path
    close_databases()


def publish(path: Path, task_id: str, options: str = "") -> None:
    with kombu.Connection(f"sqlite:///{path}{options}") as connection:
        connection.Producer().publish("", routing_key="jobs", headers={"task": "t", "id": task_id})


def test_writers_never_meet_a_lock(database: Path) -> None:
    """Without SQLite's busy handler (busy_timeout=0), any overlap would be an error."""
    close_databases()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, database, f"writer-{number}", str(MESSAGES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("\n")
            writer.stdin.flush()
        for writer in writers:
            writer.communicate(timeout=PATIENCE)
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    stored = open_database(database).read("SELECT count(*) FROM job_queue")
    assert stored == [(1 + WRITERS * MESSAGES,)]


def waiting(path: Path) -> int:
    """Return how many the kernel has in the queue for the file's lock."""
    inode = f":{path.stat().st_ino} "
    lines = Path("/proc/locks").read_text().splitlines()
    return sum(" -> " in line and inode in line for line in lines)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="needs Linux's /proc")
def test_who_came_first_has_the_turn_first(tmp_path: Path) -> None:
    turn = WriteTurn(tmp_path / "queue.db")
    turn.take()
    order: list[int] = []

    def wait(number: int) -> None:
        own = WriteTurn(tmp_path / "queue.db")
        own.take()
        order.append(number)
        own.close()

    threads = [threading.Thread(target=wait, args=(number,), daemon=True) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        eventually(lambda number=number: waiting(turn.path) == number + 1)
    turn.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == list(range(5))


HOLDER = """
import fcntl, os, sys
file = os.open(sys.argv[1] + "-turn", os.O_RDWR)
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
"""

FOREIGN = """
import sys
from sqlite_transport.library import sqlite3
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE job SET priority = 1")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


class Holder:
    """A program that holds what a writer needs until it is told to let go."""

    def __init__(self, source: str, database: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", source, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(params=[HOLDER, FOREIGN], ids=["a holder of the turn", "a foreign writer"])
def holder(request: pytest.FixtureRequest, database: Path) -> Iterator[Holder]:
    holder = Holder(request.param, database)
    yield holder
    holder.kill()


PUBLISHER = """
import sys, kombu, sqlite_transport
print("publishing", flush=True)
with kombu.Connection("sqlite:///" + sys.argv[1] + "?busy_timeout=60") as connection:
    connection.Producer().publish("", routing_key="jobs", headers={"task": "t", "id": "waited"})
print("accepted", flush=True)
"""


def stored(database: Path) -> list[str]:
    return [
        row[0] for row in open_database(database).read("SELECT task_id FROM job_queue ORDER BY id")
    ]


@pytest.mark.parametrize("how", ["lets go", "dies"])
def test_who_holds_the_file_is_waited_for(holder: Holder, database: Path, how: str) -> None:
    publisher = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, database], stdout=subprocess.PIPE, text=True
    )
    try:
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "publishing\n"
        with pytest.raises(subprocess.TimeoutExpired):
            publisher.wait(0.7)
        assert stored(database) == ["first"], "readers do not wait"
        if how == "lets go":
            holder.process.communicate("\n", timeout=PATIENCE)
        else:
            holder.kill()
        assert publisher.communicate(timeout=PATIENCE)[0] == "accepted\n"
    finally:
        publisher.kill()
        publisher.communicate()
    assert stored(database) == ["first", "waited"]


def test_a_foreign_writer_waits_for_us_in_sqlites_own_way(database: Path) -> None:
    """The turn is beside SQLite's locks, not instead of them."""
    foreign = sqlite3.connect(str(database), isolation_level=None, timeout=0)
    try:
        with (
            open_database(database).writing,
            pytest.raises(sqlite3.OperationalError, match="database is locked"),
        ):
            foreign.execute("BEGIN IMMEDIATE")
        foreign.execute("BEGIN IMMEDIATE")
        foreign.execute("ROLLBACK")
    finally:
        foreign.close()


def test_taking_twice_and_giving_twice_are_harmless(tmp_path: Path) -> None:
    turn, other = WriteTurn(tmp_path / "queue.db"), WriteTurn(tmp_path / "queue.db")
    turn.take()
    turn.take()
    turn.give()
    turn.give()
    other.take()
    other.close()
    turn.take()
    turn.close()


def test_closing_gives_the_turn(tmp_path: Path) -> None:
    for _ in range(3):
        turn = WriteTurn(tmp_path / "queue.db")
        turn.take()  # for ever, if the one before has it still
        turn.close()

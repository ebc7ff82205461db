"""The history is deleted when it is old or too long, in slices that hold the turn briefly."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from kombu import Connection, Queue

from sqlite_transport import pruning, slices
from sqlite_transport.database import Database, close_databases, open_database
from sqlite_transport.pruning import Pruning
from sqlite_transport.retention import OFF, Retention

NOW = 1_800_000_000.0

FILL = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
    INSERT INTO job (queue, type, task_id, priority, payload, headers, properties, status,
        created_at, started_at, updated_at, completed_at)
    SELECT 'jobs', 'scan', 'task-' || n, 5, hex(randomblob(200)), '{}', '{}', ?2,
        ?3 - n, ?3 - n, ?3 - n, ?3 - n
    FROM number
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield open_database(tmp_path.resolve() / "queue.db")
    close_databases()


def fill(database: Database, count: int, status: str = "completed") -> None:
    """Make jobs of which the n-th ended n seconds ago."""
    with database.writing as connection:
        connection.execute(FILL, (count, status, NOW))


def left(database: Database, status: str = "completed") -> int:
    return int(database.read("SELECT count(*) FROM job WHERE status = ?", (status,))[0][0])


def prune(database: Database, **retention: Retention) -> None:
    each = Pruning(database)
    while each.run(retention, NOW):
        pass


def test_by_age(database: Database) -> None:
    fill(database, 100)
    prune(database, completed=Retention(seconds=40.5))
    assert left(database) == 40


def test_by_count(database: Database) -> None:
    fill(database, 100)
    prune(database, completed=Retention(count=30))
    assert left(database) == 30
    assert database.read("SELECT min(completed_at) FROM job") == [(NOW - 30,)]


def test_by_count_of_those_that_ended_at_the_same_moment(database: Database) -> None:
    fill(database, 100)
    with database.writing as connection:
        connection.execute("UPDATE job SET completed_at = ?", (NOW,))
    prune(database, completed=Retention(count=30))
    assert database.read("SELECT count(*), min(id) FROM job") == [(30, 71)]


@pytest.mark.parametrize(
    ("retention", "kept"),
    [(Retention(seconds=50.5, count=20), 20), (Retention(seconds=20.5, count=50), 20)],
)
def test_by_both_whichever_is_less(database: Database, retention: Retention, kept: int) -> None:
    fill(database, 100)
    prune(database, completed=retention)
    assert left(database) == kept


def test_each_status_has_its_own(database: Database) -> None:
    for status in ("completed", "failed", "cancelled"):
        fill(database, 10, status)
    prune(database, completed=OFF, failed=Retention(), cancelled=Retention(count=3))
    assert [left(database, each) for each in ("completed", "failed", "cancelled")] == [0, 10, 3]


def test_attempts_go_with_their_jobs(database: Database) -> None:
    fill(database, 4)
    with database.writing as connection:
        for job in (1, 4):
            connection.execute(
                "INSERT INTO job_attempt (job_id, status, retry_count, completed_at)"
                " VALUES (?, 'retried', 0, 0)",
                (job,),
            )
    prune(database, completed=Retention(count=2))
    assert database.read("SELECT job_id FROM job_attempt") == [(1,)]


def test_jobs_that_wait_are_left_alone(database: Database) -> None:
    with Connection(f"sqlite:///{database.path}") as connection:
        connection.Producer().publish("x", routing_key="jobs")
    prune(database, completed=OFF, failed=OFF, cancelled=OFF)
    assert left(database, "pending") == 1


def test_ids_do_not_come_back(database: Database) -> None:
    fill(database, 5)
    prune(database, completed=OFF)
    with Connection(f"sqlite:///{database.path}") as connection:
        connection.Producer().publish("x", routing_key="jobs")
    assert database.read("SELECT id FROM job") == [(6,)]


def test_one_call_does_not_go_on_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 1000)
    monkeypatch.setattr(pruning, "AT_ONCE", 0.0)
    each = Pruning(database)
    assert each.run({"completed": OFF}, NOW)
    assert 0 < left(database) < 1000


def test_a_slow_disk_makes_the_slices_small(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 200)
    each = Pruning(database)
    monkeypatch.setattr(slices, "TURN", 0.0)
    monkeypatch.setattr(pruning, "AT_ONCE", 3600.0)
    each.run({"completed": OFF}, NOW)
    assert each._slices.size == 1


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_million_rows_go_while_others_write(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_turns(database, 1_000_000, monkeypatch)


def test_many_rows_go_while_others_write(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_turns(database, 50_000, monkeypatch)


#: Seconds that an instruction of SQLite's virtual machine takes, and how many are counted as one.
INSTRUCTION, COUNTED = 5e-7, 100


def check_turns(database: Database, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete so many rows, and see how long each slice held the turn.

    The clock goes on with the work that SQLite does, whatever else the machine is doing.
    """
    fill(database, rows)
    turns: list[float] = []
    take, give = database.turn.take, database.turn.give
    now, begun = [0.0], [0.0]

    def work() -> int:
        now[0] += COUNTED * INSTRUCTION
        return 0

    def taking() -> None:
        take()
        begun[0] = now[0]

    def giving() -> None:
        turns.append(now[0] - begun[0])
        give()

    monkeypatch.setattr(slices, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(database.turn, "take", taking)
    monkeypatch.setattr(database.turn, "give", giving)
    database.open().set_progress_handler(work, COUNTED)
    prune(database, completed=Retention(count=10))
    database.open().set_progress_handler(None, 0)
    assert left(database) == 10
    assert max(turns) < 2 * slices.TURN
    assert database.read("PRAGMA integrity_check") == [("ok",)]


def test_a_consumer_prunes(database: Database) -> None:
    fill(database, 300)
    options = {"history_completed": "50"}
    with Connection(f"sqlite:///{database.path}", transport_options=options) as connection:
        connection.Consumer([Queue("jobs")], on_message=print).consume()
        deadline = time.monotonic() + 60
        while left(database) != 50 and time.monotonic() < deadline:
            try:
                connection.drain_events(timeout=0.1)
            except TimeoutError:
                continue
    assert left(database) == 50

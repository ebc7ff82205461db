"""The way from the queue's file to a history elsewhere: each end arrives there once."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Connect, Program, Rows
from history_store.databases import database
from history_store.look import rows as look
from kombu import Connection, Consumer, Queue
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sqlite_transport import outbox, shipper, upkeep
from sqlite_transport.broker import Broker, open_broker
from sqlite_transport.errors import Unavailable
from sqlite_transport.history_store.store import Store
from sqlite_transport.library import sqlite3
from sqlite_transport.outbox import Outbox
from sqlite_transport.retention import OFF, Retention
from sqlite_transport.shipper import Shipper, shipper_of

EVERYTHING = {"completed": Retention(), "failed": Retention(), "cancelled": Retention()}
PATIENCE = 30.0


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/history.db"


@pytest.fixture
def broker(path: Path, url: str) -> Iterator[Broker]:
    broker = open_broker(path, 5.0)
    broker.retain(EVERYTHING, url)
    yield broker
    if broker in shipper._shippers:
        shipper_of(broker).finish()


def history(url: str, table: str = "job_history") -> list[dict[str, Any]]:
    engine = create_engine(url, poolclass=NullPool, module=sqlite3)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))
        return [dict(row._mapping) for row in found]


def end_jobs(broker: Broker, count: int, status: str = "completed", payload: str = "") -> None:
    """Put ended jobs into the file, each with an attempt."""
    with broker.database.writing as connection:
        for number in range(count):
            job = connection.execute(
                "INSERT INTO job (id, queue, type, task_id, priority, payload, headers, properties,"
                " status, retry_count, created_at, started_at, updated_at, completed_at)"
                " VALUES ((SELECT 1 + max(last_job_id, coalesce((SELECT max(id) FROM job), 0))"
                " FROM state), 'jobs', 'film', ?1, 5, ?2, '{\"root_id\":\"root\"}', '{}', ?3, 1,"
                " 1e9 + ?1, 1e9 + ?1 + 1, 1e9 + ?1 + 2, 1e9 + ?1 + 2)",
                (str(number), payload, status),
            ).lastrowid
            connection.execute(
                "INSERT INTO job_attempt (job_id, status, error, worker, started_at,"
                " completed_at, retry_count) VALUES (?, 'retried', 'Hiccup', 'w', 1e9, 1e9 + 1, 0)",
                (job,),
            )


def test_what_has_ended_moves(broker: Broker, url: str, rows: Rows) -> None:
    end_jobs(broker, 3)
    with broker.database.writing as connection:
        connection.execute(
            "INSERT INTO job (queue, type, priority, headers, properties, status, created_at,"
            " updated_at) VALUES ('jobs', '', 5, '{}', '{}', 'pending', 0, 0)"
        )
    Shipper(broker).round()
    [identity] = rows("SELECT identity FROM state")[0]
    found = history(url)
    assert [row["job_id"] for row in found] == [f"{identity}:{number}" for number in (1, 2, 3)]
    assert {row["root_id"] for row in found} == {"root"}
    assert [row["duration_ms"] for row in found] == [1000.0] * 3
    assert [row["job_id"] for row in history(url, "job_attempt")] == [
        row["job_id"] for row in found
    ]
    assert rows("SELECT status FROM job") == [("pending",)]
    assert rows("SELECT * FROM job_attempt") == []


def test_every_way_to_end_arrives(connect: Connect, url: str, path: Path) -> None:
    """A plain kombu consumer ships too, also with its last breath."""
    with connect(history_url=url) as connection, connection.Producer() as producer:
        for number in range(3):
            producer.publish("x", routing_key="jobs", headers={"task": "t", "id": str(number)})
        producer.publish(
            "x", routing_key="jobs", headers={"task": "t", "id": "old"}, expiration=0.01
        )
        producer.publish("x", routing_key="purged", headers={"task": "t", "id": "purged"})
        connection.channel().queue_purge("purged")
        time.sleep(0.02)
        messages: list[Any] = []
        with Consumer(connection, [Queue("jobs")], on_message=messages.append):
            while len(messages) < 3:
                connection.drain_events(timeout=PATIENCE)
            messages[0].ack()
            messages[1].reject()
            with pytest.raises(TimeoutError):
                connection.drain_events(timeout=1.2)
            messages[2].ack()
    assert {(row["task_id"], row["status"], row["error"]) for row in history(url)} == {
        ("0", "completed", None),
        ("1", "failed", "rejected by the consumer"),
        ("2", "completed", None),
        ("old", "cancelled", "expired"),
        ("purged", "cancelled", "purged"),
    }
    assert open_broker(path, 5.0).database.read("SELECT count(*) FROM job") == [(0,)]


def test_ids_do_not_come_back(broker: Broker, url: str, connection: Connection) -> None:
    """Two lives of one id would be one job to the history."""
    end_jobs(broker, 2)
    Shipper(broker).round()
    connection.Producer().publish("", routing_key="jobs")
    assert broker.database.read("SELECT id FROM job") == [(3,)]


def test_batches_are_small(
    broker: Broker, url: str, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setattr(outbox, "JOBS", 3)
    end_jobs(broker, 5)
    end_jobs(broker, 2, "failed")
    taken = Outbox(broker.database).take()
    assert taken is not None
    assert [each.status for each in taken.entries].count("failed") == 2
    assert len(taken.entries) == 3
    Shipper(broker).round()
    assert len(history(url)) == 7
    assert rows("SELECT count(*) FROM job") == [(0,)]


def test_large_ones_go_alone(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BYTES", 25)
    end_jobs(broker, 3, payload="x" * 10)
    end_jobs(broker, 2, "failed", payload="x" * 100)
    box = Outbox(broker.database)
    sizes = []
    while (batch := box.take()) is not None:
        sizes.append([len(each.payload or "") for each in batch.entries])
        box.remove(batch)
    assert sizes == [[100], [100], [10, 10], [10]]


def test_an_attempt_that_is_written_late(broker: Broker, url: str, rows: Rows) -> None:
    """Its job has ended in another process, and is gone, or is going just now."""
    end_jobs(broker, 1)
    box, store = Outbox(broker.database), Store(url)
    batch = box.take()
    assert batch is not None
    note_attempt(broker, completed_at=2e9)
    store.record(batch.entries, batch.attempts, EVERYTHING)
    box.remove(batch)
    assert rows("SELECT completed_at FROM job_attempt") == [(2e9,)]
    Shipper(broker).round()
    note_attempt(broker, completed_at=3e9)
    Shipper(broker).round()
    assert [row["completed_at"] for row in history(url, "job_attempt")] == [1e9 + 1, 2e9, 3e9]
    assert {row["job_id"] for row in history(url, "job_attempt")} == {history(url)[0]["job_id"]}
    assert rows("SELECT * FROM job_attempt") == []


def note_attempt(broker: Broker, completed_at: float) -> None:
    with broker.database.writing as connection:
        connection.execute(
            "INSERT INTO job_attempt (job_id, status, retry_count, completed_at)"
            " VALUES (1, 'retried', 1, ?)",
            (completed_at,),
        )


def test_two_files_in_one_history(tmp_path: Path, url: str) -> None:
    for name in ("one", "two"):
        broker = open_broker(tmp_path.resolve() / f"{name}.db", 5.0)
        broker.retain(EVERYTHING, url)
        end_jobs(broker, 2)
        Shipper(broker).round()
        broker.database.close()
    assert len(history(url)) == len(history(url, "job_attempt")) == 4


def test_statuses_that_are_not_kept_do_not_arrive(broker: Broker, url: str, rows: Rows) -> None:
    broker.retain({**EVERYTHING, "cancelled": OFF}, url)
    end_jobs(broker, 2)
    end_jobs(broker, 2, "cancelled")
    Shipper(broker).round()
    assert [row["status"] for row in history(url)] == ["completed"] * 2
    assert len(history(url, "job_attempt")) == 2
    assert rows("SELECT count(*) FROM job") == [(0,)]


def test_the_history_there_is_pruned(broker: Broker, url: str) -> None:
    broker.retain({**EVERYTHING, "completed": Retention(count=3)}, url)
    end_jobs(broker, 8)
    Shipper(broker).round()
    assert [row["task_id"] for row in history(url)] == ["5", "6", "7"]


def test_what_has_ended_is_found_by_its_index(broker: Broker) -> None:
    plan = broker.database.read(f"EXPLAIN QUERY PLAN {outbox.ENDED}", ("completed", 200))
    assert "USING INDEX job_done (status=?" in plan[0][3]
    assert len(plan) == 1


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_to_a_server(broker: Broker, tmp_path: Path, rows: Rows, kind: str) -> None:
    with database(kind, tmp_path) as url:
        broker.retain(EVERYTHING, url)
        end_jobs(broker, 3)
        ship = Shipper(broker)
        ship.round()
        end_jobs(broker, 3)
        ship.finish()
        assert len(look(url, "job_history")) == len(look(url, "job_attempt")) == 6
    assert rows("SELECT count(*) FROM job") == [(0,)]


# -- rounds ---------------------------------------------------------------


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_upkeep_ships_and_does_not_prune_the_file(broker: Broker, url: str) -> None:
    broker.retain({**EVERYTHING, "completed": Retention(seconds=60)}, url)
    end_jobs(broker, 1)
    rounds = upkeep.Upkeep(broker, 5)
    rounds.run()
    wait_for(lambda: broker.database.read("SELECT count(*) FROM job") == [(0,)])
    rounds.close()


def test_an_idle_file_needs_no_round(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    ship = Shipper(broker)
    ship._prune_at = time.monotonic() + 1000
    monkeypatch.setattr(ship, "round", lambda: begun.append(1))
    ship.tick(changed=False)
    assert ship._thread is None
    ship.tick(changed=True)
    ship.finish()
    assert len(begun) == 2


def test_one_round_at_a_time(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    ship = Shipper(broker)
    go_on = shipper.threading.Event()
    monkeypatch.setattr(ship, "round", lambda: (begun.append(1), go_on.wait(PATIENCE)))
    ship.tick(changed=True)
    wait_for(lambda: begun)
    ship.tick(changed=True)
    assert len(begun) == 1
    go_on.set()
    wait_for(lambda: not ship._is_at_work())
    ship.tick(changed=False)
    wait_for(lambda: len(begun) == 2)


def test_a_round_that_is_stopped_leaves_the_rest(broker: Broker, url: str, rows: Rows) -> None:
    end_jobs(broker, 1)
    ship = Shipper(broker)
    ship._stopping = True
    ship.round()
    assert rows("SELECT count(*) FROM job") == [(1,)]
    assert ship._behind
    ship.tick(changed=False)
    wait_for(lambda: rows("SELECT count(*) FROM job") == [(0,)])


def test_a_database_that_is_away(
    broker: Broker,
    tmp_path: Path,
    rows: Rows,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What has ended waits in the file, however old; tries grow apart."""
    monkeypatch.setattr(shipper, "BACK_OFF", 0.01)
    url = f"sqlite:///{tmp_path}/away/history.db"
    broker.retain({**EVERYTHING, "completed": Retention(seconds=60)}, url)
    end_jobs(broker, 3)
    ship = Shipper(broker)
    for _ in range(3):
        wait_for(lambda: time.monotonic() >= ship._not_before)
        ship.tick(changed=False)
        wait_for(lambda: not ship._is_at_work())
    assert ship._back_off == pytest.approx(0.08)
    assert "The history waits in the queue's file" in caplog.text
    assert "Traceback" not in caplog.text
    assert rows("SELECT count(*) FROM job") == [(3,)]
    broker.retain(EVERYTHING, url)
    (tmp_path / "away").mkdir()
    wait_for(lambda: time.monotonic() >= ship._not_before)
    ship.tick(changed=False)
    wait_for(lambda: rows("SELECT count(*) FROM job") == [(0,)])
    assert len(history(url)) == 3
    wait_for(lambda: ship._back_off == shipper.BACK_OFF)


def test_an_error_nobody_thought_of_is_told_whole(
    broker: Broker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship = Shipper(broker)
    monkeypatch.setattr(ship._outbox, "take", lambda: 1 / 0)
    ship._try_round()
    assert "ZeroDivisionError" in caplog.text


def test_it_fails_in_the_middle_and_is_done_again(
    broker: Broker, url: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_jobs(broker, 2)
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "remove", fail)
        with pytest.raises(Unavailable):
            Shipper(broker).round()
    assert len(history(url)) == 2
    Shipper(broker).round()
    assert len(history(url)) == len(history(url, "job_attempt")) == 2
    assert rows("SELECT count(*) FROM job") == [(0,)]


def fail(*_: object) -> None:
    raise Unavailable("gone")


# -- other processes ------------------------------------------------------

SHIP = """
import os, signal, sys
from pathlib import Path
from sqlite_transport.broker import open_broker
from sqlite_transport.history_store.store import Store
from sqlite_transport.outbox import Outbox
from sqlite_transport.retention import Retention
from sqlite_transport.shipper import Shipper
from sqlite_transport import outbox, history
path, url, step, after = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
outbox.JOBS = 5
def die_at(owner, name, before):
    real = getattr(owner, name)
    calls = []
    def doomed(*arguments, **options):
        calls.append(1)
        if before and len(calls) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if len(calls) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, doomed)
steps = {
    "before the record": (Store, "record", True),
    "after the record": (Store, "record", False),
    "within the record": (sys.modules[Store.__module__], "_add", False),
    "within the removal": (history, "remove", False),
    "after the removal": (Outbox, "remove", False),
    "while it prunes": (Store, "prune", True),
}
if step in steps:
    die_at(*steps[step])
broker = open_broker(path, 5.0)
broker.retain({s: Retention() for s in ("completed", "failed", "cancelled")}, url)
print("ready", flush=True)
sys.stdin.readline()
Shipper(broker).round()
print("done", flush=True)
"""


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "step",
    [
        "before the record",
        "within the record",
        "after the record",
        "within the removal",
        "after the removal",
        "while it prunes",
    ],
)
def test_killed_at_any_step_each_entry_arrives_once(
    broker: Broker,
    path: Path,
    url: str,
    rows: Rows,
    run: Callable[..., Program],
    step: str,
    number: int,
) -> None:
    end_jobs(broker, 12)
    broker.database.close()
    if step == "while it prunes":
        number = 1
    doomed = run(SHIP, path, url, step, number)
    doomed.say()
    assert doomed.process.wait(60) == -signal.SIGKILL
    Shipper(broker).round()
    assert sorted(int(row["task_id"]) for row in history(url)) == list(range(12))
    assert len(history(url, "job_attempt")) == 12
    assert rows("SELECT count(*) FROM job") == rows("SELECT count(*) FROM job_attempt") == [(0,)]


def test_several_ship_at_once(
    broker: Broker, path: Path, url: str, rows: Rows, run: Callable[..., Program]
) -> None:
    end_jobs(broker, 60)
    programs = [run(SHIP, path, url, "no step", 0) for _ in range(3)]
    for program in programs:
        assert program.read() == "ready"
    for program in programs:
        program.say()
    assert [program.finish() for program in programs] == ["done\n"] * 3
    assert len(history(url)) == len(history(url, "job_attempt")) == 60
    assert rows("SELECT count(*) FROM job") == [(0,)]


HOLD = """
import sys
from pathlib import Path
from sqlite_transport.liveness import Liveness
liveness = Liveness(Path(sys.argv[1]))
print(liveness.try_hold(0), flush=True)
sys.stdin.readline()
"""


def test_another_that_is_at_it_is_left_to_it(
    broker: Broker, path: Path, rows: Rows, run: Callable[..., Program]
) -> None:
    end_jobs(broker, 1)
    other = run(HOLD, path)
    assert other.read() == "True"
    Shipper(broker).round()
    assert rows("SELECT count(*) FROM job") == [(1,)]
    other.kill()
    Shipper(broker).round()
    assert rows("SELECT count(*) FROM job") == [(0,)]

"""The way from the queue's file to a history elsewhere: each end arrives there once."""

import time
from pathlib import Path
from typing import Any

import pytest
from ended_jobs import EVERYTHING, PATIENCE, Connect, Rows, end_jobs, history
from history_store.databases import database
from history_store.look import rows as look
from kombu import Connection, Consumer, Queue

from sqlite_transport import outbox
from sqlite_transport.broker import Broker, open_broker
from sqlite_transport.history_store.store import Store
from sqlite_transport.outbox import Outbox
from sqlite_transport.retention import OFF, Retention
from sqlite_transport.shipper import Shipper


def test_what_has_ended_moves(broker: Broker, history_url: str, rows: Rows) -> None:
    end_jobs(broker, 3)
    with broker.database.writing as connection:
        connection.execute(
            "INSERT INTO job (queue, type, priority, headers, properties, status, created_at,"
            " updated_at) VALUES ('jobs', '', 5, '{}', '{}', 'pending', 0, 0)"
        )
    Shipper(broker).round()
    [identity] = rows("SELECT identity FROM state")[0]
    found = history(history_url)
    assert [row["job_id"] for row in found] == [f"{identity}:{number}" for number in (1, 2, 3)]
    assert {row["root_id"] for row in found} == {"root"}
    assert [row["duration_ms"] for row in found] == [1000.0] * 3
    assert [row["job_id"] for row in history(history_url, "job_attempt")] == [
        row["job_id"] for row in found
    ]
    assert rows("SELECT status FROM job") == [("pending",)]
    assert rows("SELECT * FROM job_attempt") == []


def test_every_way_to_end_arrives(connect: Connect, history_url: str, path: Path) -> None:
    """A plain kombu consumer ships too, also with its last breath."""
    with connect(history_url=history_url) as connection, connection.Producer() as producer:
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
    assert {(row["task_id"], row["status"], row["error"]) for row in history(history_url)} == {
        ("0", "completed", None),
        ("1", "failed", "rejected by the consumer"),
        ("2", "completed", None),
        ("old", "cancelled", "expired"),
        ("purged", "cancelled", "purged"),
    }
    assert open_broker(path, 5.0).database.read("SELECT count(*) FROM job") == [(0,)]


def test_ids_do_not_come_back(broker: Broker, history_url: str, connection: Connection) -> None:
    """Two lives of one id would be one job to the history."""
    end_jobs(broker, 2)
    Shipper(broker).round()
    connection.Producer().publish("", routing_key="jobs")
    assert broker.database.read("SELECT id FROM job") == [(3,)]


def test_batches_are_small(
    broker: Broker, history_url: str, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setattr(outbox, "JOBS", 3)
    end_jobs(broker, 5)
    end_jobs(broker, 2, "failed")
    taken = Outbox(broker.database).take()
    assert taken is not None
    assert [each.status for each in taken.entries].count("failed") == 2
    assert len(taken.entries) == 3
    Shipper(broker).round()
    assert len(history(history_url)) == 7
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


def test_an_attempt_that_is_written_late(broker: Broker, history_url: str, rows: Rows) -> None:
    """Its job has ended in another process, and is gone, or is going just now."""
    end_jobs(broker, 1)
    box, store = Outbox(broker.database), Store(history_url)
    batch = box.take()
    assert batch is not None
    note_attempt(broker, completed_at=2e9)
    store.record(batch.entries, batch.attempts, EVERYTHING)
    box.remove(batch)
    assert rows("SELECT completed_at FROM job_attempt") == [(2e9,)]
    Shipper(broker).round()
    note_attempt(broker, completed_at=3e9)
    Shipper(broker).round()
    assert [row["completed_at"] for row in history(history_url, "job_attempt")] == [
        1e9 + 1,
        2e9,
        3e9,
    ]
    assert {row["job_id"] for row in history(history_url, "job_attempt")} == {
        history(history_url)[0]["job_id"]
    }
    assert rows("SELECT * FROM job_attempt") == []


def note_attempt(broker: Broker, completed_at: float) -> None:
    with broker.database.writing as connection:
        connection.execute(
            "INSERT INTO job_attempt (job_id, status, retry_count, completed_at)"
            " VALUES (1, 'retried', 1, ?)",
            (completed_at,),
        )


def test_two_files_in_one_history(tmp_path: Path, history_url: str) -> None:
    for name in ("one", "two"):
        broker = open_broker(tmp_path.resolve() / f"{name}.db", 5.0)
        broker.retain(EVERYTHING, history_url)
        end_jobs(broker, 2)
        Shipper(broker).round()
        broker.database.close()
    assert len(history(history_url)) == len(history(history_url, "job_attempt")) == 4


def test_statuses_that_are_not_kept_do_not_arrive(
    broker: Broker, history_url: str, rows: Rows
) -> None:
    broker.retain({**EVERYTHING, "cancelled": OFF}, history_url)
    end_jobs(broker, 2)
    end_jobs(broker, 2, "cancelled")
    Shipper(broker).round()
    assert [row["status"] for row in history(history_url)] == ["completed"] * 2
    assert len(history(history_url, "job_attempt")) == 2
    assert rows("SELECT count(*) FROM job") == [(0,)]


def test_the_history_there_is_pruned(broker: Broker, history_url: str) -> None:
    broker.retain({**EVERYTHING, "completed": Retention(count=3)}, history_url)
    end_jobs(broker, 8)
    Shipper(broker).round()
    assert [row["task_id"] for row in history(history_url)] == ["5", "6", "7"]


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

"""Rows of unique jobs that hold nothing any more go away by themselves."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlite_transport import stale_keys, upkeep
from sqlite_transport.broker import open_broker
from sqlite_transport.database import Database, open_database
from sqlite_transport.stale_keys import StaleKeys

Rows = Callable[..., list[tuple[Any, ...]]]

KEYS = "SELECT unique_key FROM unique_job ORDER BY unique_key"


@pytest.fixture
def database(path: Path) -> Database:
    return open_database(path)


def job(database: Database, number: int, **columns: object) -> None:
    row = {
        "id": number,
        "queue": "celery",
        "type": "scan",
        "priority": 5,
        "headers": "{}",
        "properties": "{}",
        "status": "pending",
        "created_at": 1,
        "updated_at": 1,
        **columns,
    }
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    database.write(f"INSERT INTO job ({names}) VALUES ({marks})", tuple(row.values()))


def key(database: Database, name: str, number: int, until: str, expires: float | None) -> None:
    values = (name, number, until, expires)
    database.write("INSERT INTO unique_job VALUES (?, ?, 'x', ?, ?)", values)


def test_only_what_is_not_in_force_is_deleted(database: Database, rows: Rows) -> None:
    now = time.time()
    job(database, 1)
    job(database, 2, status="completed", completed_at=2)
    job(database, 3, status="processing", session=1, expires_at=2)
    job(database, 4, expires_at=2)
    for number in (1, 2, 3, 4, 5):
        key(database, f"done {number}", number, "done", None)
        key(database, f"started {number}", number, "started", None)
    key(database, "time past", 1, "time", now - 1)
    key(database, "time to come", 5, "time", now + 60)

    assert not StaleKeys(database).run(now)

    assert rows(KEYS) == [("done 1",), ("done 3",), ("started 1",), ("time to come",)]


def test_a_long_list_is_gone_through_by_and_by(
    database: Database, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stale_keys, "SLICE", 3)
    job(database, 1)
    for number in range(10):
        key(database, f"{number}", 1 if number % 2 else 7, "done", None)

    walk = StaleKeys(database)
    steps = [walk.run(2.0) for _ in range(4)]

    assert steps == [True, True, True, False]
    assert rows(KEYS) == [("1",), ("3",), ("5",), ("7",), ("9",)]
    assert walk.run(2.0), "it begins anew"


def test_what_was_taken_over_meanwhile_stays(
    database: Database, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    key(database, "a", 7, "done", None)
    read = database.read

    def reading(*arguments: object) -> object:
        found = read(*arguments)
        job(database, 8)
        database.write("UPDATE unique_job SET job_id = 8", ())
        return found

    monkeypatch.setattr(database, "read", reading)
    StaleKeys(database).run(2.0)
    monkeypatch.undo()

    assert rows(KEYS) == [("a",)]


def test_who_consumes_does_it(path: Path, database: Database, rows: Rows) -> None:
    key(database, "a", 7, "done", None)

    upkeep.Upkeep(open_broker(path, 5.0), 5).run()

    assert rows(KEYS) == []

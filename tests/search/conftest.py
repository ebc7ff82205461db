"""A file with jobs in it, and an index of small blocks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sqlite_transport.database import Database, close_databases, open_database
from sqlite_transport.search import indexing

ADD = (
    "INSERT INTO job (id, queue, type, task_id, priority, payload, content_type, headers,"
    " properties, status, created_at, updated_at, transient)"
    " VALUES (?, ?, ?, ?, 5, ?, 'application/json', '{}', '{}', 'pending', 0, 0, 0)"
)

Add = Callable[..., None]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield open_database(tmp_path.resolve() / "queue.db")
    close_databases()


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BLOCK", 8)
    monkeypatch.setattr(indexing, "STALE", 64)


@pytest.fixture(autouse=True)
def enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a round do all there is, and who stands back do so for the whole test."""
    monkeypatch.setattr(indexing, "AT_ONCE", 3600.0)
    monkeypatch.setattr(indexing, "STAND_BACK", 3600.0)


@pytest.fixture
def add(database: Database) -> Add:
    """Put jobs into the file: `add(range(1, 9), type="scan", payload='[["word"], {}, {}]')`."""

    def add(ids: Any, queue: str = "jobs", type: str = "scan", payload: str = "") -> None:  # noqa: A002
        with database.writing as connection:
            for number in ids:
                about = payload or f'[["film {number}"], {{}}, {{}}]'
                connection.execute(ADD, (number, queue, type, f"task-{number}", about))

    return add

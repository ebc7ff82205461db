"""What is in a file that was restored."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from program import Program

from sqlite_transport.broker import open_broker
from sqlite_transport.jobs import Jobs
from sqlite_transport.library import sqlite3

Run = Callable[..., Program]


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(str(path))) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return rows


def ids(jobs: Jobs, status: str = "pending") -> list[int]:
    found = jobs.broker.database.read("SELECT id FROM job WHERE status = ? ORDER BY id", (status,))
    return [row[0] for row in found]


def ids_in(path: Path) -> list[int]:
    found = open_broker(path, 5.0).database.read("SELECT id FROM job_queue ORDER BY id")
    return [row[0] for row in found]


def flip(path: Path, first: int) -> None:
    """Spoil a page in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(first)
        file.write(b"\xa5" * 4096)

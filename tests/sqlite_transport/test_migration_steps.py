"""A file that an older version left is brought to exactly what a new file is, and loses nothing."""

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import kombu
import pytest
from receiving import drain_until

from sqlite_transport import migrations
from sqlite_transport.database import close_databases, open_database
from sqlite_transport.library import sqlite3

VERSIONS = Path(__file__).with_name("versions")


@pytest.fixture(params=range(1, migrations.VERSION), ids=lambda version: f"version {version}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A file of an older version, with messages that are waiting, held, done and rejected."""
    path = tmp_path.resolve() / "old.db"
    with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
        connection.executescript((VERSIONS / f"{request.param}.sql").read_text())
    yield path
    close_databases()


def schema_of(path: Path) -> dict[str, str]:
    rows = open_database(path).read("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: re.sub(r" +(?=[ ,)])", "", re.sub(r"\s", " ", sql)).strip() for name, sql in rows}


def test_every_older_version_is_tried() -> None:
    names = sorted(path.stem for path in VERSIONS.glob("*.sql"))
    assert names == [str(version) for version in range(1, migrations.VERSION)]


def test_the_tables_are_those_of_a_new_file(old: Path, tmp_path: Path) -> None:
    assert schema_of(old) == schema_of(tmp_path.resolve() / "new.db")
    assert open_database(old).read("PRAGMA integrity_check") == [("ok",)]


def test_jobs_and_history_are_kept(old: Path) -> None:
    read = open_database(old).read
    waiting = read("SELECT task_id, status, priority FROM job_queue ORDER BY id")
    assert waiting == [
        ("id-2", "processing", 2),
        ("id-3", "pending", 3),
        (None, "pending", 9),
        ("later", "scheduled", 0),
    ]
    ended = read("SELECT job_id, task_id, status, error, root_id FROM job_history ORDER BY id")
    assert ended == [
        (1, "id-0", "completed", None, "id-0"),
        (2, "id-1", "failed", "rejected by the consumer", "id-1"),
    ]


def test_what_waited_is_received(old: Path) -> None:
    """What a process held that is gone since is handed out again."""
    received: list[Any] = []

    def on_message(message: kombu.Message) -> None:
        received.append(bytes(message.body))
        message.ack()

    with kombu.Connection(f"sqlite:///{old}") as connection:
        consumer = connection.Consumer([kombu.Queue("jobs")], on_message=on_message)
        consumer.consume()
        drain_until(connection, lambda: len(received) == 3)
    assert sorted(received) == [b"\x00\xff", b'{"number": 2}', b'{"number": 3}']

"""Making backups and restoring them, to be killed in the middle."""

import sys
from contextlib import closing
from pathlib import Path

import kombu
from celery import Celery

from crashes.scenarios import IDS, connect, consume, headers
from sqlite_transport import beside
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import open_jobs
from sqlite_transport.jobs.restoring import restore_file
from sqlite_transport.library import sqlite3

COUNTS = "SELECT status, count(*) FROM job WHERE task_id LIKE 'job-%' GROUP BY status"


def backup_of(database: str) -> Path:
    return Path(f"{database}.backup")


def back_up(database: str) -> None:
    """Back up the queue, in place of an earlier backup if there is one."""
    jobs = open_jobs(Celery(broker=f"sqlite:///{database}", set_as_current=False))
    jobs.backup(backup_of(database), overwrite=True)
    close_databases()


def move_on(database: str) -> None:
    """Do all the jobs that the backup has, and publish others."""
    consume(database)
    with connect(database) as connection:
        for number in range(200):
            name = f"later-{number}"
            connection.Producer().publish("x" * 500, routing_key="later", headers=headers(name))
    close_databases()


def spoil(database: str) -> None:
    """Leave garbage for a database, with a log beside it."""
    Path(database).write_bytes(b"garbage" * 10_000)
    Path(f"{database}-wal").write_bytes(b"\x37\x7f\x06\x82" + b"log" * 1000)


def bring_back(database: str) -> None:
    restore_file(Path(database).resolve(), backup_of(database))
    close_databases()


def content(database: str) -> dict[str, object]:
    """Return which of all contents the file has, as SQLite reads it; nothing is changed."""
    path = Path(database)
    return {
        "queue": _content(path),
        "backup": _content(backup_of(database)),
        "kept": [_content(each) for each in sorted(path.parent.glob("*.before-restore-*Z"))],
        "partial": [beside.is_abandoned(each) for each in path.parent.glob(".*.partial")],
    }


def _content(path: Path) -> object:
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(str(path))) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
            return [sound, dict(connection.execute(COUNTS).fetchall())]
    except sqlite3.DatabaseError:
        return "garbage"


def publish_for_ever(database: str) -> None:
    """Publish, without a session, until the file `stop` is there."""
    stop = Path(f"{database}.stop")
    with kombu.Connection(f"sqlite:///{database}") as own:
        producer = own.Producer()
        number = 0
        while not stop.exists():
            producer.publish("x" * 500, routing_key="later", headers=headers(f"n-{number}"))
            number += 1


if __name__ == "__main__":
    publish_for_ever(sys.argv[1])

__all__ = ["IDS", "back_up", "bring_back", "content", "move_on", "spoil"]

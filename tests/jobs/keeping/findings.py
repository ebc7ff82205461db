"""What the doctor found, and how a file gets what it finds."""

from contextlib import closing
from pathlib import Path

from sqlite_transport.jobs.doctor import Finding
from sqlite_transport.library import sqlite3


def of(findings: list[Finding], name: str) -> Finding:
    [found] = [each for each in findings if each.name == name]
    return found


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()

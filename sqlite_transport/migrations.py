"""Bringing a file to the schema of this version, in place and in one transaction.

`PRAGMA user_version` tells the version of a file. A new file gets the tables
of `schema` at once; an older one goes through the steps that are missing. The
caller holds the write turn, so of several processes that start at once one
migrates and the others find it done.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_transport.errors import Unusable

Execute = Callable[..., Any]

#: The schema's version that this package reads and writes.
VERSION = 1

#: What brings a file from version N-1 to version N, by N; version 1 is where
#: files begin.
STEPS: dict[int, Callable[[Execute], None]] = {}


def migrate(execute: Execute, path: Path, version: int = VERSION) -> None:
    """Make the tables of `version` where they are missing or older.

    Raises:
        Unusable: the file is of a newer version, or another program's; it is
            not changed.
    """
    found = execute("PRAGMA user_version").fetchone()[0]
    if found == version:
        return
    refuse_foreign(execute, path, found, version)
    execute("BEGIN IMMEDIATE")
    try:
        if found == 0:
            create(execute)
        else:
            for step in range(found + 1, version + 1):
                STEPS[step](execute)
        execute(f"PRAGMA user_version = {version}")
        execute("COMMIT")
    except BaseException:
        execute("ROLLBACK")
        raise


def refuse_foreign(execute: Execute, path: Path, found: int, version: int) -> None:
    """Refuse a file that this version of the package must not touch."""
    ours = execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'job_queue'"
    ).fetchone()
    if found and not ours:
        raise Unusable(
            f"{path}: this database belongs to another program (its user_version is {found}): "
            "give the queue a file of its own"
        )
    if found > version:
        raise Unusable(
            f"{path}: this database has schema version {found}, newer than the {version} that "
            "this sqlite-transport knows: install the version that wrote it, or a newer one"
        )
    if ours and not found:
        raise Unusable(
            f"{path}: this database has a table job_queue that sqlite-transport did not make: "
            "give the queue a file of its own"
        )


def create(execute: Execute) -> None:
    """Create the tables of the present version in a file that has none of them."""
    # SQLAlchemy takes a while to import, and only a new file needs it.
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    from sqlite_transport import schema

    dialect = sqlite.dialect()
    for table in schema.metadata.sorted_tables:
        execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            execute(str(CreateIndex(index).compile(dialect=dialect)))
    for kind in schema.DEFAULT_EXCHANGES:
        execute("INSERT INTO exchange VALUES (?, ?, 1, 0, '{}')", (f"amq.{kind}", kind))
    execute("INSERT INTO state (revision, last_job_id) VALUES (1, 0)")

"""Bringing a file to the schema of this version, in place and in one transaction.

`PRAGMA user_version` tells the version of a file. A new file gets the tables
of `schema` at once; an older one goes through the steps that are missing. The
caller holds the write turn, so of several processes that start at once one
migrates and the others find it done.
"""

from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

from sqlite_transport.errors import Unusable
from sqlite_transport.library import sqlite3

Execute = Callable[..., Any]

#: The schema's version that this package reads and writes.
VERSION = 4

#: What brings a file from version N-1 to version N, by N; version 1 is where
#: files begin. A step is never changed: it must not depend on `schema`, which is.
STEPS: dict[int, Callable[[Execute], None]] = {
    2: lambda execute: run_script(execute, 2),
    3: lambda execute: run_script(execute, 3),
    4: lambda execute: run_script(execute, 4),
}


def run_script(execute: Execute, version: int) -> None:
    """Run the statements of `schema_N.sql`, which leads to version N."""
    script = (
        resources.files("sqlite_transport").joinpath(f"schema_{version}.sql").read_text("utf-8")
    )
    for statement in script.split(";\n"):
        if statement.strip():
            execute(statement)


#: The tables by which a file of ours is told from any other.
OURS = "SELECT count(*) FROM sqlite_schema WHERE name IN ('job_queue', 'job_history', 'state')"
ANY = "SELECT EXISTS (SELECT 1 FROM sqlite_schema)"


def migrate(execute: Execute, path: Path, version: int = VERSION) -> None:
    """Make the tables of `version` where they are missing or older.

    Raises:
        Unusable: see `check`.
    """
    found = check(execute, path, version)
    if found == version:
        return
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
        # A full disk has rolled it back already.
        with suppress(sqlite3.Error):
            execute("ROLLBACK")
        raise


def check(execute: Execute, path: Path, version: int = VERSION) -> int:
    """Return the file's version, 0 for an empty one; nothing is changed.

    Raises:
        Unusable: the file is of a newer version, or another program's.
    """
    found: int = execute("PRAGMA user_version").fetchone()[0]
    is_ours = found and execute(OURS).fetchone()[0] == 3
    if not is_ours and (found or execute(ANY).fetchone()[0]):
        raise Unusable(
            f"{path}: this database belongs to another program: give the queue a file of its own"
        )
    if found > version:
        raise Unusable(
            f"{path}: this database has schema version {found}, newer than the {version} that "
            "this sqlite-transport knows: install the version that wrote it, or a newer one"
        )
    return found


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
    for view in schema.VIEWS.values():
        execute(view)
    for kind in schema.DEFAULT_EXCHANGES:
        execute("INSERT INTO exchange VALUES (?, ?, 1, 0, '{}')", (f"amq.{kind}", kind))
    execute(
        "INSERT INTO state (revision, last_job_id, identity)"
        " VALUES (1, 0, lower(hex(randomblob(16))))"
    )

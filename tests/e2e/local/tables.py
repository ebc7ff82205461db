"""Look into the broker's file."""

from functools import cached_property
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Tables:
    """Reads with the SQLite library that the transport itself uses.

    Two different copies of SQLite in one process break each other's locks on
    the file, so no other will do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def connection(self) -> Any:
        """Open at the first question: the file comes with the first program that uses it."""
        from sqlite_transport.library import sqlite3

        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        return connection

    def rows(self, table: str, where: str = "1", *values: object) -> list[Row]:
        found = self.connection.execute(f"SELECT * FROM {table} WHERE {where}", values)
        return [dict(row) for row in found]

    def count(self, table: str, where: str = "1", *values: object) -> int:
        return len(self.rows(table, where, *values))

    def close(self) -> None:
        if "connection" in vars(self):
            self.connection.close()

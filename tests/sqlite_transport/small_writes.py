"""Writing something small to a file, and what other processes see of it."""

from contextlib import closing
from pathlib import Path

from sqlite_transport.library import sqlite3

INSERT = "INSERT INTO exchange VALUES (?, 'direct', 1, 0, '{}')"
NAMES = "SELECT name FROM exchange WHERE name NOT LIKE 'amq.%' ORDER BY name"

#: A program that writes "other" to the file it is given, by the statement it is given.
OTHER_WRITER = """
import sys
from pathlib import Path
from sqlite_transport.database import open_database
open_database(Path(sys.argv[1])).write(sys.argv[2], ("other",))
"""


def names(path: Path) -> list[str]:
    """Return what other processes see."""
    with closing(sqlite3.connect(str(path))) as connection:
        return [row[0] for row in connection.execute(NAMES)]

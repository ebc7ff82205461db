"""Which SQLite library this process uses: everybody takes it from here.

Two copies of SQLite in one process break each other's POSIX locks on a file
they share and can corrupt it (sqlite.org/howtocorrupt.html, 2.2.1), so the
choice is made once. `pysqlite3` bundles a recent SQLite; the standard
library's is the operating system's or Python's and mostly older.
"""

from types import ModuleType

sqlite3: ModuleType
try:
    import pysqlite3.dbapi2

    sqlite3 = pysqlite3.dbapi2
except ImportError:
    import sqlite3 as standard

    sqlite3 = standard

#: The version of the SQLite library itself, such as `(3, 53, 4)`.
VERSION: tuple[int, ...] = sqlite3.sqlite_version_info

#: The oldest SQLite with all the SQL used here (RETURNING).
MINIMUM_VERSION = (3, 35, 0)


def has_wal_reset_bug(version: tuple[int, ...] = VERSION) -> bool:
    """Whether this SQLite may corrupt a WAL that two connections checkpoint at once.

    Every version from 3.7.0 has the bug until 3.51.3, but for the releases
    3.50.7 and 3.44.6 (sqlite.org/wal.html#walresetbug). This package never
    checkpoints outside the write turn, which keeps the bug from happening;
    another program that opens the file does not know the turn.
    """
    return version < (3, 51, 3) and version not in {(3, 50, 7), (3, 44, 6)}

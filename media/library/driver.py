"""The SQLite library to use: the bundled one where it is installed.

Systems' copies before 3.51.3 can damage a WAL file that several processes
write; the bundled one cannot.
"""

from importlib import import_module
from types import ModuleType


def _load() -> ModuleType:
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlite3.dbapi2")


driver = _load()

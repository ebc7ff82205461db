"""Connections to the library database."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from media.library.driver import driver

BUSY_SECONDS = 30


@lru_cache(maxsize=32)
def make_engine(
    database: Path, begin: str, synchronous: Literal["FULL", "NORMAL"] = "FULL"
) -> Engine:
    """Return an engine whose transactions open with the statement `begin`.

    What is committed with `NORMAL` may be undone by a power cut, and costs no
    wait for the disk. The engine keeps no connection open, so nothing of it is
    ever carried over a fork.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        module=driver,
        poolclass=NullPool,
        connect_args={"timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver's own transactions would begin late, and never before DDL.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA synchronous={synchronous}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine

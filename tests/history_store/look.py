"""Looking into a store, as its users do: over a connection of their own."""

from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sqlite_transport.library import sqlite3

Row = dict[str, Any]


def rows(url: str, table: str, order: str = "completed_at") -> list[Row]:
    module = {"module": sqlite3} if url.startswith("sqlite") else {}
    engine = create_engine(url, poolclass=NullPool, **module)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}"))
        return [dict(row._mapping) for row in found]


def job_ids(url: str) -> list[str]:
    return sorted(row["job_id"] for row in rows(url, "job_history"))

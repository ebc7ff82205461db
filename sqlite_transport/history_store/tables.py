"""The tables of the store, in types that every database has.

They are public. Names mean what they mean in the queue's file, which
docs/history.md tells; `job_id` joins the two.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql

from sqlite_transport.history_store.entry import KEY_LENGTH

metadata = MetaData()

#: Characters that a name or an id may have.
NAME_LENGTH = 255

# MySQL's TEXT ends at 64 KiB, and SQLite numbers rows only in an INTEGER.
LONG = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

#: Every character, and keys that differ in the case of a letter are different ones.
CHARACTERS: dict[str, Any] = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"))
}

job_history = Table(
    "job_history",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("job_id", String(KEY_LENGTH), nullable=False, unique=True),
    Column("queue", String(NAME_LENGTH), nullable=False),
    Column("type", String(NAME_LENGTH), nullable=False),
    Column("task_id", String(NAME_LENGTH)),
    Column("root_id", String(NAME_LENGTH)),
    Column("parent_id", String(NAME_LENGTH)),
    Column("priority", Integer, nullable=False),
    Column("payload", LONG),
    # 1: the body was bytes that are no text, and `payload` is their base64.
    Column("payload_base64", SmallInteger, nullable=False),
    Column("headers", LONG, nullable=False),
    Column("properties", LONG, nullable=False),
    Column("content_type", String(NAME_LENGTH)),
    Column("content_encoding", String(NAME_LENGTH)),
    Column("status", String(16), nullable=False),
    Column("error", LONG),
    Column("traceback", LONG),
    Column("worker", String(NAME_LENGTH)),
    Column("retry_count", Integer, nullable=False),
    Column("max_retries", Integer),
    Column("deliveries", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double),
    Column("expires_at", Double),
    Column("started_at", Double),
    Column("updated_at", Double, nullable=False),
    Column("completed_at", Double, nullable=False),
    Column("wait_ms", Double),
    Column("duration_ms", Double),
    Index("job_history_task", "task_id"),
    Index("job_history_done", "status", "completed_at"),
    Index("job_history_type", "type", "status", "completed_at"),
    **CHARACTERS,
)

job_attempt = Table(
    "job_attempt",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("job_id", String(KEY_LENGTH), nullable=False),
    Column("status", String(16), nullable=False),
    Column("error", LONG),
    Column("traceback", LONG),
    Column("worker", String(NAME_LENGTH)),
    Column("retry_count", Integer, nullable=False),
    Column("started_at", Double),
    Column("completed_at", Double, nullable=False),
    UniqueConstraint("job_id", "completed_at", name="job_attempt_once"),
    Index("job_attempt_done", "completed_at"),
    **CHARACTERS,
)

#: One row, written when all the rest is there.
job_history_version = Table(
    "job_history_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    **CHARACTERS,
)

"""The tables, as SQLAlchemy metadata: the one place that says what is in the file.

The tables are public: a person may read them with the sqlite3 shell. Times
are seconds since 1970-01-01 UTC as REAL, which `datetime(created_at,
'unixepoch')` makes readable. Every column is told in docs/tables.md.
"""

from sqlalchemy import (
    REAL,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData()


def message_columns() -> list[Column[object]]:
    """Return the columns that a job has in the queue and keeps in the history."""
    return [
        Column("queue", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("task_id", Text),
        Column("priority", Integer, nullable=False),
        # Text stays text in a BLOB column: JSON is readable, binary is exact.
        Column("payload", LargeBinary),
        Column("headers", Text, nullable=False),
        Column("properties", Text, nullable=False),
        Column("content_type", Text),
        Column("content_encoding", Text),
        Column("status", Text, nullable=False),
        Column("error", Text),
        Column("retry_count", Integer, nullable=False, server_default="0"),
        Column("max_retries", Integer),
        Column("deliveries", Integer, nullable=False, server_default="0"),
        Column("created_at", REAL, nullable=False),
        Column("due_at", REAL),
        Column("expires_at", REAL),
        Column("started_at", REAL),
        Column("updated_at", REAL, nullable=False),
    ]


job_queue = Table(
    "job_queue",
    metadata,
    Column("id", Integer, primary_key=True),
    *message_columns(),
    Column("redelivered", Integer, nullable=False, server_default="0"),
    Column("transient", Integer, nullable=False, server_default="0"),
    Column("session", Integer),
)

# One index for each question the hot path asks, each holding only the rows
# that can be an answer.
Index(
    "job_ready",
    job_queue.c.queue,
    job_queue.c.priority,
    sqlite_where=text("status = 'pending'"),
)
Index("job_due", job_queue.c.due_at, sqlite_where=text("status = 'scheduled'"))
Index(
    "job_expiring",
    job_queue.c.expires_at,
    sqlite_where=text("expires_at IS NOT NULL AND session IS NULL"),
)
Index("job_claimed", job_queue.c.session, sqlite_where=text("session IS NOT NULL"))

job_history = Table(
    "job_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Integer, nullable=False),
    *message_columns(),
    Column("completed_at", REAL, nullable=False),
    Column("duration_ms", REAL),
)

exchange = Table(
    "exchange",
    metadata,
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("durable", Integer, nullable=False),
    Column("auto_delete", Integer, nullable=False),
    Column("arguments", Text, nullable=False),
)

queue = Table(
    "queue",
    metadata,
    Column("name", Text, primary_key=True),
    Column("durable", Integer, nullable=False),
    Column("auto_delete", Integer, nullable=False),
    # The session that an exclusive queue belongs to.
    Column("exclusive", Integer),
    Column("arguments", Text, nullable=False),
    Column("expires_ms", Integer),
    Column("message_ttl_ms", Integer),
    Column("max_priority", Integer),
    Column("max_length", Integer),
    Column("used_at", REAL, nullable=False),
)

binding = Table(
    "binding",
    metadata,
    Column("exchange", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    PrimaryKeyConstraint("exchange", "queue", "routing_key"),
    sqlite_with_rowid=False,
)
Index("binding_queue", binding.c.queue)

session = Table(
    "session",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("hostname", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("started_at", REAL, nullable=False),
    sqlite_autoincrement=True,
)

consumer = Table(
    "consumer",
    metadata,
    Column("session", Integer, nullable=False),
    Column("tag", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("no_ack", Integer, nullable=False),
    PrimaryKeyConstraint("session", "tag"),
    sqlite_with_rowid=False,
)
Index("consumer_queue", consumer.c.queue)

# One row. The revision grows with every change to the tables from exchange
# down, so a process knows whether what it remembers of them still holds.
# last_job_id is the highest id that has left the queue: an id never comes
# back, so a late settle cannot hit another job. SQLite's AUTOINCREMENT
# promises the same, but writes a page more for every job.
state = Table(
    "state",
    metadata,
    Column("revision", Integer, nullable=False),
    Column("last_job_id", Integer, nullable=False),
)

DEFAULT_EXCHANGES = ("direct", "topic", "fanout")

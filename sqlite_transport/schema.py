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

# A job is one row from its publishing to its retention's end, and leaves the
# queue by a change of its status: that costs half as much as a copy into
# another table. What people read are the two views below.
job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
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
    Column("traceback", Text),
    Column("worker", Text),
    Column("retry_count", Integer, nullable=False, server_default="0"),
    Column("max_retries", Integer),
    Column("deliveries", Integer, nullable=False, server_default="0"),
    Column("created_at", REAL, nullable=False),
    Column("due_at", REAL),
    Column("expires_at", REAL),
    Column("started_at", REAL),
    Column("updated_at", REAL, nullable=False),
    Column("completed_at", REAL),
    Column("redelivered", Integer, nullable=False, server_default="0"),
    Column("transient", Integer, nullable=False, server_default="0"),
    # 1: acknowledged when it began, so it is not handed out again.
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("session", Integer),
    # Jobs of one type with the same key are limited together.
    Column("limit_key", Text),
    # The gate that a blocked job waits at.
    Column("blocked_by", Text),
    Column("cancel_requested_at", REAL),
    Column("progress_done", REAL),
    Column("progress_total", REAL),
    Column("progress_message", Text),
)

# One index for each question the hot path asks, each holding only the rows
# that can be an answer.
Index("job_ready", job.c.queue, job.c.priority, sqlite_where=text("status = 'pending'"))
Index("job_blocked", job.c.blocked_by, job.c.priority, sqlite_where=text("status = 'blocked'"))
Index("job_due", job.c.due_at, sqlite_where=text("status = 'scheduled'"))
Index(
    "job_expiring",
    job.c.expires_at,
    sqlite_where=text("expires_at IS NOT NULL AND session IS NULL AND completed_at IS NULL"),
)
Index("job_claimed", job.c.session, sqlite_where=text("session IS NOT NULL"))
Index(
    "job_done",
    job.c.status,
    job.c.completed_at,
    sqlite_where=text("completed_at IS NOT NULL"),
)

# The attempts of a job but its last one, which is told by its own row.
job_attempt = Table(
    "job_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Text),
    Column("traceback", Text),
    Column("worker", Text),
    Column("retry_count", Integer, nullable=False),
    Column("started_at", REAL),
    Column("completed_at", REAL, nullable=False),
)
Index("job_attempt_job", job_attempt.c.job_id)

_ASKED = (
    "id, queue, type, task_id, priority, payload, headers, properties, content_type,"
    " content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at,"
    " expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at,"
    " progress_done, progress_total, progress_message"
)


def _waiting(rows: str) -> str:
    return f"SELECT {_ASKED}, redelivered, transient, accepted, session FROM job WHERE {rows}"  # noqa: S608


#: What people read. Each part of job_queue has an index to go through.
VIEWS = {
    "job_queue": "CREATE VIEW job_queue AS "
    + " UNION ALL ".join(
        (
            _waiting("status = 'pending'"),
            _waiting("status = 'scheduled'"),
            _waiting("status = 'blocked'"),
            _waiting("session IS NOT NULL AND status = 'processing'"),
        )
    ),
    "job_history": f"CREATE VIEW job_history AS SELECT {_ASKED}, id AS job_id, traceback,"  # noqa: S608
    " completed_at, (completed_at - started_at) * 1000 AS duration_ms,"
    " (started_at - coalesce(due_at, created_at)) * 1000 AS wait_ms,"
    " json_extract(headers, '$.root_id') AS root_id,"
    " json_extract(headers, '$.parent_id') AS parent_id"
    " FROM job WHERE completed_at IS NOT NULL",
}

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
# last_job_id is the highest id that has left the table: an id never comes
# back, so a late settle cannot hit another job. SQLite's AUTOINCREMENT
# promises the same, but writes a page more for every job. The identity tells
# this file's jobs from another's, where both have their history in one place.
# Controlled is 1 if there is any row in control, or any blocked job, which the
# claim must know.
state = Table(
    "state",
    metadata,
    Column("revision", Integer, nullable=False),
    Column("last_job_id", Integer, nullable=False),
    Column("identity", Text, nullable=False),
    Column("controlled", Integer, nullable=False, server_default="0"),
)

# What holds for all jobs of a queue or of a type, set by an operator or declared
# by the code, and where its limit and its breaker stand. No row: nothing does.
control = Table(
    "control",
    metadata,
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("paused_at", REAL),
    Column("concurrency", Integer),
    Column("key_concurrency", Integer),
    Column("rate", REAL),
    Column("breaker_failures", Integer),
    Column("breaker_seconds", REAL),
    # What the code last declared of it, so that an operator's word is not
    # overwritten by the next worker that starts with the same code.
    Column("declared", Text),
    Column("next_start_at", REAL),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("opens_at", REAL),
    Column("probe", Integer),
    PrimaryKeyConstraint("kind", "name"),
    sqlite_with_rowid=False,
)

# Who holds a unique key. A row is in force only as long as the job is where
# `until` says, so nothing must be cleared when a job ends.
unique_job = Table(
    "unique_job",
    metadata,
    Column("unique_key", Text, primary_key=True),
    Column("job_id", Integer, nullable=False),
    Column("task_id", Text),
    Column("until", Text, nullable=False),
    Column("expires_at", REAL),
    sqlite_with_rowid=False,
)

# The entries of `beat_schedule`, by the application that has them: up to when each
# was dealt with, and what became of that.
schedule = Table(
    "schedule",
    metadata,
    Column("application", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("timing", Text, nullable=False),
    Column("last_run_at", REAL, nullable=False),
    Column("due_at", REAL),
    Column("run_count", Integer, nullable=False, server_default="0"),
    Column("last_task_id", Text),
    Column("last_job_id", Integer),
    # Why the last run was left out; empty if it was sent.
    Column("skipped", Text),
    Column("removed_at", REAL),
    PrimaryKeyConstraint("application", "name"),
    sqlite_with_rowid=False,
)

# What has happened, for as long as anybody listens.
event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("job_id", Integer),
    Column("task_id", Text),
    Column("type", Text),
    Column("queue", Text),
    Column("data", Text),
    Column("created_at", REAL, nullable=False),
    sqlite_autoincrement=True,
)

# The sessions that listen to events, and the last one that each has read.
subscriber = Table(
    "subscriber",
    metadata,
    Column("session", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
)

# With a rowid, unlike the other tables: a new row goes to the table's end, and
# only the index of the random ids is written all over, which costs a fifth less.
result = Table(
    "result",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    # What Celery's serializer and compression made of the task's meta data.
    Column("payload", LargeBinary, nullable=False),
    Column("updated_at", REAL, nullable=False),
    Column("expires_at", REAL),
)
Index("result_expiring", result.c.expires_at, sqlite_where=text("expires_at IS NOT NULL"))

group_result = Table(
    "group_result",
    metadata,
    Column("group_id", Text, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    Column("updated_at", REAL, nullable=False),
    Column("expires_at", REAL),
    sqlite_with_rowid=False,
)
Index(
    "group_result_expiring", group_result.c.expires_at, sqlite_where=text("expires_at IS NOT NULL")
)

# A chord whose body has not been sent yet, and for a while one whose has.
chord = Table(
    "chord",
    metadata,
    Column("group_id", Text, primary_key=True),
    # How many parts it has, as far as is known, how many were added since, and
    # how many have returned: to count them each time costs the square of it.
    Column("size", Integer),
    Column("added", Integer, nullable=False, server_default="0"),
    Column("returned", Integer, nullable=False, server_default="0"),
    Column("completed_at", REAL),
    Column("expires_at", REAL),
    sqlite_with_rowid=False,
)
Index("chord_expiring", chord.c.expires_at, sqlite_where=text("expires_at IS NOT NULL"))

chord_part = Table(
    "chord_part",
    metadata,
    Column("group_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    PrimaryKeyConstraint("group_id", "position", "task_id"),
    sqlite_with_rowid=False,
)

DEFAULT_EXCHANGES = ("direct", "topic", "fanout")

-- From version 2 to 3: control of jobs has come: pauses, limits, breakers, unique jobs, progress,
-- events.

ALTER TABLE job ADD COLUMN limit_key TEXT;

ALTER TABLE job ADD COLUMN blocked_by TEXT;

ALTER TABLE job ADD COLUMN cancel_requested_at REAL;

ALTER TABLE job ADD COLUMN progress_done REAL;

ALTER TABLE job ADD COLUMN progress_total REAL;

ALTER TABLE job ADD COLUMN progress_message TEXT;

CREATE INDEX job_blocked ON job (blocked_by, priority) WHERE status = 'blocked';

ALTER TABLE state ADD COLUMN controlled INTEGER DEFAULT '0' NOT NULL;

CREATE TABLE control (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    paused_at REAL,
    concurrency INTEGER,
    key_concurrency INTEGER,
    rate REAL,
    breaker_failures INTEGER,
    breaker_seconds REAL,
    declared TEXT,
    next_start_at REAL,
    failures INTEGER DEFAULT '0' NOT NULL,
    opens_at REAL,
    probe INTEGER,
    PRIMARY KEY (kind, name)
)
 WITHOUT ROWID;

CREATE TABLE event (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    job_id INTEGER,
    task_id TEXT,
    type TEXT,
    queue TEXT,
    data TEXT,
    created_at REAL NOT NULL
);

CREATE TABLE subscriber (
    session INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (session)
);

CREATE TABLE unique_job (
    unique_key TEXT NOT NULL,
    job_id INTEGER NOT NULL,
    task_id TEXT,
    until TEXT NOT NULL,
    expires_at REAL,
    PRIMARY KEY (unique_key)
)
 WITHOUT ROWID;

DROP VIEW job_queue;

DROP VIEW job_history;

CREATE VIEW job_queue AS SELECT id, queue, type, task_id, priority, payload, headers,
    properties, content_type, content_encoding, status, error, retry_count, max_retries,
    deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key,
    blocked_by, cancel_requested_at, progress_done, progress_total, progress_message,
    redelivered, transient, accepted, session FROM job WHERE status = 'pending' UNION ALL SELECT
    id, queue, type, task_id, priority, payload, headers, properties, content_type,
    content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at,
    expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at,
    progress_done, progress_total, progress_message, redelivered, transient, accepted, session
    FROM job WHERE status = 'scheduled' UNION ALL SELECT id, queue, type, task_id, priority,
    payload, headers, properties, content_type, content_encoding, status, error, retry_count,
    max_retries, deliveries, created_at, due_at, expires_at, started_at, updated_at, worker,
    limit_key, blocked_by, cancel_requested_at, progress_done, progress_total, progress_message,
    redelivered, transient, accepted, session FROM job WHERE status = 'blocked' UNION ALL SELECT
    id, queue, type, task_id, priority, payload, headers, properties, content_type,
    content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at,
    expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at,
    progress_done, progress_total, progress_message, redelivered, transient, accepted, session
    FROM job WHERE session IS NOT NULL AND status = 'processing';

CREATE VIEW job_history AS SELECT id, queue, type, task_id, priority, payload, headers,
    properties, content_type, content_encoding, status, error, retry_count, max_retries,
    deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key,
    blocked_by, cancel_requested_at, progress_done, progress_total, progress_message, id AS
    job_id, traceback, completed_at, (completed_at - started_at) * 1000 AS duration_ms,
    (started_at - coalesce(due_at, created_at)) * 1000 AS wait_ms, json_extract(headers,
    '$.root_id') AS root_id, json_extract(headers, '$.parent_id') AS parent_id FROM job WHERE
    completed_at IS NOT NULL;

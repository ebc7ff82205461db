-- From version 1 to 2: a job is one row for all its life, where it was copied into the
-- history; results, groups and chords have come.

ALTER TABLE job_queue RENAME TO job_queue_1;
ALTER TABLE job_history RENAME TO job_history_1;
DROP INDEX job_ready;
DROP INDEX job_due;
DROP INDEX job_expiring;
DROP INDEX job_claimed;

CREATE TABLE chord (
    group_id TEXT NOT NULL,
    size INTEGER,
    added INTEGER DEFAULT '0' NOT NULL,
    returned INTEGER DEFAULT '0' NOT NULL,
    completed_at REAL,
    expires_at REAL,
    PRIMARY KEY (group_id)
)
 WITHOUT ROWID;

CREATE INDEX chord_expiring ON chord (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE chord_part (
    group_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (group_id, position, task_id)
)
 WITHOUT ROWID;

CREATE TABLE group_result (
    group_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    updated_at REAL NOT NULL,
    expires_at REAL,
    PRIMARY KEY (group_id)
)
 WITHOUT ROWID;

CREATE INDEX group_result_expiring ON group_result (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE job (
    id INTEGER NOT NULL,
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    task_id TEXT,
    priority INTEGER NOT NULL,
    payload BLOB,
    headers TEXT NOT NULL,
    properties TEXT NOT NULL,
    content_type TEXT,
    content_encoding TEXT,
    status TEXT NOT NULL,
    error TEXT,
    traceback TEXT,
    worker TEXT,
    retry_count INTEGER DEFAULT '0' NOT NULL,
    max_retries INTEGER,
    deliveries INTEGER DEFAULT '0' NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL,
    expires_at REAL,
    started_at REAL,
    updated_at REAL NOT NULL,
    completed_at REAL,
    redelivered INTEGER DEFAULT '0' NOT NULL,
    transient INTEGER DEFAULT '0' NOT NULL,
    accepted INTEGER DEFAULT '0' NOT NULL,
    session INTEGER,
    PRIMARY KEY (id)
);

CREATE INDEX job_claimed ON job (session) WHERE session IS NOT NULL;

CREATE INDEX job_done ON job (status, completed_at) WHERE completed_at IS NOT NULL;

CREATE INDEX job_due ON job (due_at) WHERE status = 'scheduled';

CREATE INDEX job_expiring ON job (expires_at) WHERE expires_at IS NOT NULL AND session IS NULL AND completed_at IS NULL;

CREATE INDEX job_ready ON job (queue, priority) WHERE status = 'pending';

CREATE TABLE job_attempt (
    id INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    traceback TEXT,
    worker TEXT,
    retry_count INTEGER NOT NULL,
    started_at REAL,
    completed_at REAL NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX job_attempt_job ON job_attempt (job_id);

CREATE TABLE result (
    task_id TEXT NOT NULL,
    status TEXT NOT NULL,
    payload BLOB NOT NULL,
    updated_at REAL NOT NULL,
    expires_at REAL,
    PRIMARY KEY (task_id)
);

CREATE INDEX result_expiring ON result (expires_at) WHERE expires_at IS NOT NULL;

INSERT INTO job (
    id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding,
    status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at,
    updated_at, redelivered, transient, session
) SELECT
    id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding,
    status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at,
    updated_at, redelivered, transient, session
FROM job_queue_1;

INSERT INTO job (
    id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding,
    status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at,
    updated_at, completed_at
) SELECT
    job_id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding,
    status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at,
    updated_at, completed_at
FROM job_history_1;

DROP TABLE job_queue_1;
DROP TABLE job_history_1;

CREATE VIEW job_queue AS
SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type,
    content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at,
    expires_at, started_at, updated_at, worker, redelivered, transient, accepted, session
FROM job WHERE status = 'pending'
UNION ALL SELECT id, queue, type, task_id, priority, payload, headers, properties,
    content_type, content_encoding, status, error, retry_count, max_retries, deliveries,
    created_at, due_at, expires_at, started_at, updated_at, worker, redelivered, transient,
    accepted, session
FROM job WHERE status = 'scheduled'
UNION ALL SELECT id, queue, type, task_id, priority, payload, headers, properties,
    content_type, content_encoding, status, error, retry_count, max_retries, deliveries,
    created_at, due_at, expires_at, started_at, updated_at, worker, redelivered, transient,
    accepted, session
FROM job WHERE session IS NOT NULL AND status = 'processing';

CREATE VIEW job_history AS
SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type,
    content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at,
    expires_at, started_at, updated_at, worker, id AS job_id, traceback, completed_at,
    (completed_at - started_at) * 1000 AS duration_ms, (started_at - coalesce(due_at,
    created_at)) * 1000 AS wait_ms, json_extract(headers, '$.root_id') AS root_id,
    json_extract(headers, '$.parent_id') AS parent_id
FROM job WHERE completed_at IS NOT NULL;

ALTER TABLE state RENAME TO state_1;

CREATE TABLE state (
    revision INTEGER NOT NULL,
    last_job_id INTEGER NOT NULL,
    identity TEXT NOT NULL
);

INSERT INTO state SELECT revision, last_job_id, lower(hex(randomblob(16))) FROM state_1;

DROP TABLE state_1;

BEGIN TRANSACTION;
CREATE TABLE binding (
    exchange TEXT NOT NULL,
    queue TEXT NOT NULL,
    routing_key TEXT NOT NULL,
    arguments TEXT NOT NULL,
    PRIMARY KEY (exchange, queue, routing_key)
)
 WITHOUT ROWID

;
CREATE TABLE chord (
    group_id TEXT NOT NULL,
    size INTEGER,
    added INTEGER DEFAULT '0' NOT NULL,
    returned INTEGER DEFAULT '0' NOT NULL,
    completed_at REAL,
    expires_at REAL,
    PRIMARY KEY (group_id)
)
 WITHOUT ROWID

;
CREATE TABLE chord_part (
    group_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (group_id, position, task_id)
)
 WITHOUT ROWID

;
CREATE TABLE consumer (
    session INTEGER NOT NULL,
    tag TEXT NOT NULL,
    queue TEXT NOT NULL,
    no_ack INTEGER NOT NULL,
    PRIMARY KEY (session, tag)
)
 WITHOUT ROWID

;
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
 WITHOUT ROWID

;
INSERT INTO "control" VALUES('type','paused',1000.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
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
CREATE TABLE exchange (
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    durable INTEGER NOT NULL,
    auto_delete INTEGER NOT NULL,
    arguments TEXT NOT NULL,
    PRIMARY KEY (name)
);
INSERT INTO "exchange" VALUES('amq.direct','direct',1,0,'{}');
INSERT INTO "exchange" VALUES('amq.topic','topic',1,0,'{}');
INSERT INTO "exchange" VALUES('amq.fanout','fanout',1,0,'{}');
CREATE TABLE group_result (
    group_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    updated_at REAL NOT NULL,
    expires_at REAL,
    PRIMARY KEY (group_id)
)
 WITHOUT ROWID

;
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
    limit_key TEXT,
    blocked_by TEXT,
    cancel_requested_at REAL,
    progress_done REAL,
    progress_total REAL,
    progress_message TEXT,
    PRIMARY KEY (id)
);
INSERT INTO "job" VALUES(1,'jobs','scan','id-0',0,'{"number": 0}','{"task":"scan","id":"id-0","root_id":"id-0","parent_id":null,"retries":0}','{"delivery_mode":2,"priority":0,"delivery_info":{"exchange":"","routing_key":"jobs"}}','application/json','utf-8','completed',NULL,NULL,NULL,0,NULL,1,1.79562679705168461805e+09,NULL,NULL,1.79562679706789588927e+09,1.79562679707230854033e+09,1.79562679707230854033e+09,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "job" VALUES(2,'jobs','scan','id-1',1,'{"number": 1}','{"task":"scan","id":"id-1","root_id":"id-1","parent_id":null,"retries":0}','{"delivery_mode":2,"priority":1,"delivery_info":{"exchange":"","routing_key":"jobs"}}','application/json','utf-8','failed','rejected by the consumer',NULL,NULL,0,NULL,1,1.79562679705558824534e+09,NULL,NULL,1.79562679707171201706e+09,1.79562679707230854033e+09,1.79562679707230854033e+09,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "job" VALUES(3,'jobs','scan','id-2',2,'{"number": 2}','{"task":"scan","id":"id-2","root_id":"id-2","parent_id":null,"retries":0}','{"delivery_mode":2,"priority":2,"delivery_info":{"exchange":"","routing_key":"jobs"}}','application/json','utf-8','processing',NULL,NULL,NULL,0,NULL,1,1.79562679705767536163e+09,NULL,NULL,1.79562679707211351391e+09,1.79562679707211351391e+09,NULL,0,0,0,1,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "job" VALUES(4,'jobs','scan','id-3',3,'{"number": 3}','{"task":"scan","id":"id-3","root_id":"id-3","parent_id":null,"retries":0}','{"delivery_mode":2,"priority":3,"delivery_info":{"exchange":"","routing_key":"jobs"}}','application/json','utf-8','pending',NULL,NULL,NULL,0,NULL,0,1.79562679705956053733e+09,NULL,NULL,NULL,1.79562679705956053733e+09,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "job" VALUES(5,'jobs','',NULL,9,X'00FF','{}','{"delivery_mode":2,"priority":9,"delivery_info":{"exchange":"","routing_key":"jobs"}}','application/data','binary','pending',NULL,NULL,NULL,0,NULL,0,1.79562679706352877617e+09,NULL,NULL,NULL,1.79562679706352877617e+09,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "job" VALUES(6,'jobs','scan','later',0,X'6C61746572','{"task":"scan","id":"later","eta":"2100-01-01T00:00:00+00:00"}','{"delivery_mode":2,"priority":0,"delivery_info":{"exchange":"","routing_key":"jobs"}}','text/plain','utf-8','scheduled',NULL,NULL,NULL,0,NULL,0,1.79562679706635642054e+09,4102444800.0,NULL,NULL,1.79562679706635642054e+09,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
CREATE TABLE queue (
    name TEXT NOT NULL,
    durable INTEGER NOT NULL,
    auto_delete INTEGER NOT NULL,
    "exclusive" INTEGER,
    arguments TEXT NOT NULL,
    expires_ms INTEGER,
    message_ttl_ms INTEGER,
    max_priority INTEGER,
    max_length INTEGER,
    used_at REAL NOT NULL,
    PRIMARY KEY (name)
);
INSERT INTO "queue" VALUES('jobs',1,0,NULL,'{}',NULL,NULL,NULL,NULL,1.79562679705168461805e+09);
CREATE TABLE result (
    task_id TEXT NOT NULL,
    status TEXT NOT NULL,
    payload BLOB NOT NULL,
    updated_at REAL NOT NULL,
    expires_at REAL,
    PRIMARY KEY (task_id)
);
CREATE TABLE session (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    pid INTEGER NOT NULL,
    hostname TEXT NOT NULL,
    program TEXT NOT NULL,
    started_at REAL NOT NULL
);
INSERT INTO "session" VALUES(1,23215,'vm','mk.py',1795626797.06756);
CREATE TABLE state (
    revision INTEGER NOT NULL,
    last_job_id INTEGER NOT NULL,
    identity TEXT NOT NULL,
    controlled INTEGER DEFAULT '0' NOT NULL
);
INSERT INTO "state" VALUES(2,0,'c012035b2154475148d5892d9acb35e5',1);
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
 WITHOUT ROWID

;
INSERT INTO "unique_job" VALUES('scan {}',3,'id-2','done',NULL);
CREATE INDEX binding_queue ON binding (queue);
CREATE INDEX chord_expiring ON chord (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX consumer_queue ON consumer (queue);
CREATE INDEX group_result_expiring ON group_result (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX job_blocked ON job (blocked_by, priority) WHERE status = 'blocked';
CREATE INDEX job_claimed ON job (session) WHERE session IS NOT NULL;
CREATE INDEX job_done ON job (status, completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX job_due ON job (due_at) WHERE status = 'scheduled';
CREATE INDEX job_expiring ON job (expires_at) WHERE expires_at IS NOT NULL AND session IS NULL AND completed_at IS NULL;
CREATE INDEX job_ready ON job (queue, priority) WHERE status = 'pending';
CREATE INDEX job_attempt_job ON job_attempt (job_id);
CREATE INDEX result_expiring ON result (expires_at) WHERE expires_at IS NOT NULL;
CREATE VIEW job_queue AS SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at, progress_done, progress_total, progress_message, redelivered, transient, accepted, session FROM job WHERE status = 'pending' UNION ALL SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at, progress_done, progress_total, progress_message, redelivered, transient, accepted, session FROM job WHERE status = 'scheduled' UNION ALL SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at, progress_done, progress_total, progress_message, redelivered, transient, accepted, session FROM job WHERE status = 'blocked' UNION ALL SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at, progress_done, progress_total, progress_message, redelivered, transient, accepted, session FROM job WHERE session IS NOT NULL AND status = 'processing';
CREATE VIEW job_history AS SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type, content_encoding, status, error, retry_count, max_retries, deliveries, created_at, due_at, expires_at, started_at, updated_at, worker, limit_key, blocked_by, cancel_requested_at, progress_done, progress_total, progress_message, id AS job_id, traceback, completed_at, (completed_at - started_at) * 1000 AS duration_ms, (started_at - coalesce(due_at, created_at)) * 1000 AS wait_ms, json_extract(headers, '$.root_id') AS root_id, json_extract(headers, '$.parent_id') AS parent_id FROM job WHERE completed_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('session',1);
COMMIT;
PRAGMA user_version = 3;

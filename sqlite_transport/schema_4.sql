-- From version 3 to 4: schedules have come, whose state `celery beat` keeps here.

CREATE TABLE schedule (
    application TEXT NOT NULL,
    name TEXT NOT NULL,
    task TEXT NOT NULL,
    timing TEXT NOT NULL,
    last_run_at REAL NOT NULL,
    due_at REAL,
    run_count INTEGER DEFAULT '0' NOT NULL,
    last_task_id TEXT,
    last_job_id INTEGER,
    skipped TEXT,
    removed_at REAL,
    PRIMARY KEY (application, name)
)
 WITHOUT ROWID;

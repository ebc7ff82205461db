"""The Celery application's settings. `broker_url` is the one line that switches brokers."""

import os

broker_url = os.environ.get("CELERY_BROKER_URL", "sqlite:///queue.db")

# Results go where the jobs are. Most jobs need none, since the history tells how they
# ended: a task that somebody waits for says `ignore_result=False`.
result_backend = broker_url
task_ignore_result = True

# Nothing is lost: a job leaves the queue when it has run, and a job whose
# process was killed under it goes back.
task_acks_late = True
task_reject_on_worker_lost = True

# JSON only: a job cannot carry code.
task_serializer = "json"
accept_content = ["json"]

# Lower runs first: 1 critical, 3 high, 5 normal, 8 low, 9 garbage collection.
task_default_priority = 5
task_inherit_parent_priority = False

worker_concurrency = 3
worker_prefetch_multiplier = 1
broker_connection_retry_on_startup = True

# Beat remembers in the queue's file what has run, so that no run is lost or doubled.
beat_scheduler = "sqlite_transport.beat:Scheduler"

# The workers tell the history how jobs end, whatever the broker is.
imports = ["sqlite_transport.worker"]

# What Redis needs to behave as SQLite does; SQLite ignores it. Ten steps make
# ten priorities of it; without a long visibility timeout it hands a running
# job out twice. And without a `history_url` here it has no history (docs/history.md).
broker_transport_options = {
    "priority_steps": list(range(10)),
    "queue_order_strategy": "priority",
    "visibility_timeout": 24 * 3600,
}

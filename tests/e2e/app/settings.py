"""The settings of workers and producers, the same on both brokers."""

from typing import Any

SETTINGS: dict[str, Any] = {
    "imports": ["app.jobs", "app.faults"],
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_default_priority": 5,
    "task_inherit_parent_priority": False,
    "worker_prefetch_multiplier": 1,
    "broker_connection_retry_on_startup": True,
    # What Redis needs to behave as SQLite does; SQLite ignores it.
    "broker_transport_options": {
        "priority_steps": list(range(10)),
        "queue_order_strategy": "priority",
        "visibility_timeout": 24 * 3600,
    },
}

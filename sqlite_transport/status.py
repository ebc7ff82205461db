"""The words for where a job is in its life, and how one attempt at it ended."""

#: In the queue.
PENDING, SCHEDULED, BLOCKED, PROCESSING = "pending", "scheduled", "blocked", "processing"

#: In the history.
COMPLETED, FAILED, CANCELLED = "completed", "failed", "cancelled"
OVER = (COMPLETED, FAILED, CANCELLED)

#: An attempt that was not the job's last one: the task asked for another, the
#: consumer put the job back, or its process died.
RETRIED, REQUEUED, LOST = "retried", "requeued", "lost"

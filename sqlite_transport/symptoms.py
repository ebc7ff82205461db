"""What the doctor asks a file: its own SQL, all of it reading."""

#: Of the newest so many jobs; a whole history is not gone through for a clock.
NEWEST = 5000

FUTURE = (
    "SELECT count(*), max(at) FROM (SELECT max(created_at, updated_at) AS at FROM job"  # noqa: S608
    f" ORDER BY id DESC LIMIT {NEWEST}) WHERE at > ?"
)
#: By how much a job was published before the one with the number before it.
BACKWARDS = (
    "SELECT count(*), max(back) FROM (SELECT lag(created_at) OVER (ORDER BY id) - created_at"  # noqa: S608
    f" AS back FROM (SELECT id, created_at FROM job ORDER BY id DESC LIMIT {NEWEST}))"
    " WHERE back > ?"
)
FAR_AWAY = "SELECT count(*), max(due_at) FROM job WHERE status = 'scheduled' AND due_at > ?"

SESSIONS = "SELECT id, program, pid FROM session"
HELD = "SELECT session, count(*) FROM job WHERE session IS NOT NULL GROUP BY session"
UNOWNED = (
    "SELECT count(*) FROM job WHERE session IS NOT NULL AND session NOT IN (SELECT id FROM session)"
)

#: By the index alone, but for the oldest of each queue: the one of the lowest number.
WAITING = (
    "SELECT queue, ready, (SELECT coalesce(due_at, created_at) FROM job WHERE id = oldest),"
    " EXISTS (SELECT 1 FROM consumer WHERE consumer.queue = waiting.queue)"
    " FROM (SELECT queue, count(*) AS ready, min(id) AS oldest FROM job"
    " WHERE status = 'pending' GROUP BY queue) AS waiting"
)
#: Every end that `queue.bury_poison` has written.
POISON = (
    "SELECT type, completed_at FROM job WHERE status = 'failed' AND completed_at > ?"
    " AND error LIKE 'delivered % times and never finished%'"
)

STATES = "SELECT count(*), max(controlled) FROM state"
#: What `state.controlled` must tell of; if it tells of nothing more, the next claim takes it back.
CONTROLS = (
    "SELECT (SELECT count(*) FROM control), EXISTS (SELECT 1 FROM job WHERE status = 'blocked')"
)
PAUSED = "SELECT kind, name, paused_at FROM control WHERE paused_at < ? ORDER BY paused_at"
ODD_KEYS = (
    "SELECT count(*) FROM unique_job WHERE job_id >"
    " (SELECT max(last_job_id, coalesce((SELECT max(id) FROM job), 0)) FROM state)"
)

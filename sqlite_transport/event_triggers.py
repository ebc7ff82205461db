"""What writes events: triggers in the file, there only while somebody listens.

A trigger tells of a change in the very transaction that makes it, whichever
process and program that is, and when there is none it costs nothing. What they
tell of a job is a chain: created, then for each attempt started and one word on
how that went on, until it has ended. `docs/events.md` tells each name.
"""

from typing import Any

#: Every name that an event can have.
NAMES = (
    "job:created",
    "job:started",
    "job:progress",
    "job:completed",
    "job:failed",
    "job:cancelled",
    "job:retried",
    "job:requeued",
    "job:lost",
    "job:ready",
    "job:blocked",
    "job:updated",
    "job:cancelling",
    "queue:paused",
    "queue:resumed",
    "type:paused",
    "type:resumed",
    "breaker:opened",
    "breaker:closed",
    "events:missed",
)

#: Events that the file keeps at most, and how often it looks: each so many.
MOST = 100_000
LOOK = 100

#: Characters of an error or a message that an event carries.
LONGEST = 500

# SQLite's unixepoch() knows parts of a second only since 3.42.
_NOW = "(julianday('now') - 2440587.5) * 86400.0"
_INTO = "INSERT INTO event (name, job_id, task_id, type, queue, data, created_at)"
_IDENTITY = "NEW.id, NEW.task_id, NEW.type, NEW.queue"


def _data(**values: str) -> str:
    """Return the JSON of those of the expressions that are not NULL."""
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"json_patch('{{}}', json_object({pairs}))"


_JOB = _data(
    status="NEW.status",
    priority="NEW.priority",
    retry_count="NEW.retry_count",
    # Who has it, or had it.
    worker="coalesce(NEW.worker, OLD.worker)",
    error=f"substr(NEW.error, 1, {LONGEST})",
    blocked_by="NEW.blocked_by",
    due_at="NEW.due_at",
    started_at="NEW.started_at",
    completed_at="NEW.completed_at",
)

_CREATED = f"""
CREATE TRIGGER event_job_created AFTER INSERT ON job WHEN NEW.transient = 0
BEGIN
    {_INTO} VALUES ('job:created', {_IDENTITY}, {
    _data(
        status="NEW.status",
        priority="NEW.priority",
        retry_count="NEW.retry_count",
        blocked_by="NEW.blocked_by",
        due_at="NEW.due_at",
        expires_at="NEW.expires_at",
    )
}, {_NOW});
END
"""  # noqa: S608

# A claim sets started_at to its own time, as long as the real one is not known.
# What a worker found that it cannot run has a worker, but has not begun. What
# is tried again or completed has begun, whether or not that was written before.
_HAS_BEGUN = """
OLD.status = 'processing' AND OLD.worker IS NULL AND (
    NEW.worker IS NOT NULL
        AND (NEW.status = 'processing' OR NEW.started_at IS NOT OLD.started_at)
    OR NEW.retry_count > OLD.retry_count
    OR NEW.status = 'completed')
"""

# `queue.restore` notes the attempt that was lost at the same moment.
_IS_LOST = """
EXISTS (SELECT 1 FROM job_attempt
    WHERE job_id = NEW.id AND status = 'lost' AND completed_at = NEW.updated_at)
"""

_WHAT_HAPPENED = f"""
CASE
    WHEN OLD.status = 'processing' AND NEW.retry_count > OLD.retry_count THEN 'job:retried'
    WHEN NEW.completed_at IS NOT NULL THEN
        CASE WHEN OLD.completed_at IS NULL OR NEW.status <> OLD.status
            OR NEW.error IS NOT OLD.error THEN 'job:' || NEW.status END
    WHEN OLD.completed_at IS NOT NULL THEN 'job:requeued'
    WHEN NEW.status = 'processing' THEN
        CASE WHEN NEW.cancel_requested_at IS NOT NULL AND OLD.cancel_requested_at IS NULL
            THEN 'job:cancelling' END
    WHEN OLD.status = 'processing' AND OLD.worker IS NOT NULL THEN
        CASE WHEN {_IS_LOST} THEN 'job:lost' ELSE 'job:requeued' END
    WHEN NEW.status = 'blocked' THEN
        CASE WHEN NEW.blocked_by IS NOT OLD.blocked_by OR OLD.status <> 'blocked'
            THEN 'job:blocked' END
    WHEN NEW.status = 'pending' AND OLD.status IN ('scheduled', 'blocked') THEN 'job:ready'
END
"""

# One trigger, since of several for one change SQLite does not promise the order.
_CHANGED = f"""
CREATE TRIGGER event_job_changed
AFTER UPDATE OF status, worker, retry_count, blocked_by, cancel_requested_at ON job
WHEN NEW.transient = 0 AND (NEW.status <> 'processing' OR OLD.status = 'processing')
BEGIN
    {_INTO}
        SELECT 'job:started', OLD.id, OLD.task_id, OLD.type, OLD.queue, {
    _data(
        status="'processing'",
        priority="OLD.priority",
        retry_count="OLD.retry_count",
        worker="NEW.worker",
        started_at="coalesce(NEW.started_at, OLD.started_at)",
    )
}, {_NOW}
        WHERE {_HAS_BEGUN};
    {_INTO}
        SELECT name, {_IDENTITY}, {_JOB}, {_NOW} FROM (SELECT {_WHAT_HAPPENED} AS name)
        WHERE name IS NOT NULL;
END
"""  # noqa: S608

_WAITS = "IN ('pending', 'scheduled', 'blocked')"
_UPDATED = f"""
CREATE TRIGGER event_job_updated AFTER UPDATE OF queue, priority, due_at, payload ON job
WHEN NEW.transient = 0 AND OLD.status {_WAITS}
    AND (NEW.status = OLD.status OR NEW.status = 'scheduled')
BEGIN
    {_INTO} VALUES ('job:updated', {_IDENTITY}, {_JOB}, {_NOW});
END
"""

_PROGRESS = f"""
CREATE TRIGGER event_job_progress AFTER UPDATE OF progress_done ON job
WHEN NEW.progress_done IS NOT NULL AND NEW.status = 'processing'
BEGIN
    {_INTO} VALUES ('job:progress', {_IDENTITY}, {
    _data(
        done="NEW.progress_done",
        total="NEW.progress_total",
        message=f"substr(NEW.progress_message, 1, {LONGEST})",
        retry_count="NEW.retry_count",
    )
}, {_NOW});
END
"""


def _control(name: str, change: str, *told: tuple[str, str, str]) -> str:
    """Return a trigger on control that tells, for each: a name, when, and the data."""
    row = "OLD" if change == "DELETE" else "NEW"
    about = ", ".join(
        f"CASE {row}.kind WHEN '{kind}' THEN {row}.name END" for kind in ("type", "queue")
    )
    inserts = "".join(
        f"{_INTO} SELECT {event}, NULL, NULL, {about}, {data}, {_NOW} WHERE {when};\n"
        for event, when, data in told
    )
    return f"CREATE TRIGGER {name} AFTER {change} ON control\nBEGIN\n{inserts}END"


_PAUSED, _RESUMED = "NEW.kind || ':paused'", "NEW.kind || ':resumed'"
_SINCE, _UNTIL = _data(paused_at="NEW.paused_at"), _data(opens_at="NEW.opens_at")
_NOTHING = "'{}'"

TRIGGERS = (
    _CREATED,
    _CHANGED,
    _UPDATED,
    _PROGRESS,
    _control(
        "event_control_made",
        "INSERT",
        (_PAUSED, "NEW.paused_at IS NOT NULL", _SINCE),
        ("'breaker:opened'", "NEW.opens_at IS NOT NULL", _UNTIL),
    ),
    _control(
        "event_control_changed",
        "UPDATE OF paused_at, opens_at",
        (_PAUSED, "NEW.paused_at IS NOT NULL AND OLD.paused_at IS NULL", _SINCE),
        (_RESUMED, "NEW.paused_at IS NULL AND OLD.paused_at IS NOT NULL", _NOTHING),
        (
            "'breaker:opened'",
            "NEW.opens_at IS NOT NULL AND NEW.opens_at IS NOT OLD.opens_at",
            _UNTIL,
        ),
        ("'breaker:closed'", "NEW.opens_at IS NULL AND OLD.opens_at IS NOT NULL", _NOTHING),
    ),
    _control(
        "event_control_removed",
        "DELETE",
        ("OLD.kind || ':resumed'", "OLD.paused_at IS NOT NULL", _NOTHING),
        ("'breaker:closed'", "OLD.opens_at IS NOT NULL", _NOTHING),
    ),
    # The bound holds whoever writes, and whether or not anybody reads.
    f"CREATE TRIGGER event_bounded AFTER INSERT ON event WHEN NEW.id % {LOOK} = 0\n"  # noqa: S608
    f"BEGIN DELETE FROM event WHERE id <= NEW.id - {MOST}; END",
)

WATCHED = "SELECT EXISTS (SELECT 1 FROM subscriber)"
OURS = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'event_*'"


def is_watched(connection: Any) -> bool:
    """Tell whether anybody listens to events."""
    return bool(connection.execute(WATCHED).fetchone()[0])


def create(connection: Any) -> None:
    """Begin to write events, in the form of this version."""
    drop(connection)
    for trigger in TRIGGERS:
        connection.execute(trigger)


def drop(connection: Any) -> None:
    """Write events no longer."""
    for (name,) in connection.execute(OURS).fetchall():
        connection.execute(f"DROP TRIGGER {name}")

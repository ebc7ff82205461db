"""Who consumes from the file and what they hold, read as it is at one moment."""

import json
from typing import Any, NamedTuple

from sqlite_transport.database import Database

#: One statement, so that nobody is seen between two states.
SESSIONS = """
    SELECT s.id, s.pid, s.hostname, s.program, s.started_at,
        (SELECT json_group_array(queue) FROM consumer WHERE session = s.id),
        (SELECT json_group_array(json_array(id, task_id, type, started_at, worker IS NOT NULL))
            FROM job WHERE session = s.id AND transient = 0)
    FROM session AS s ORDER BY s.id
"""

#: Without a worker's name: it has not begun as far as the file knows.
HeldRow = tuple[int, str | None, str, float, int]


class Present(NamedTuple):
    """A session: its process, the queues that it consumes from and the jobs that it holds."""

    session: int
    pid: int
    hostname: str
    program: str
    started_at: float
    queues: tuple[str, ...]
    jobs: tuple[HeldRow, ...]


def present(database: Database) -> list[Present]:
    """Return all sessions in the file, the dead ones too that nobody has found yet."""
    return [_read(*row) for row in database.read(SESSIONS)]


def _read(
    session: int,
    pid: int,
    hostname: str,
    program: str,
    started_at: float,
    queues: str,
    jobs: str,
) -> Present:
    names: Any = json.loads(queues)
    rows: Any = json.loads(jobs)
    held = tuple((job, task, kind, since, begun) for job, task, kind, since, begun in sorted(rows))
    return Present(session, pid, hostname, program, started_at, tuple(sorted(set(names))), held)

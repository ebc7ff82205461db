"""Finding a job that has ended, by its key or by its task."""

import base64
from typing import Any

from sqlalchemy import Connection, select

from sqlite_transport.history_store.entry import Entry
from sqlite_transport.history_store.tables import job_history

#: The columns that `entry_of` takes.
COLUMNS = [*(job_history.c[name] for name in Entry._fields), job_history.c.payload_base64]


def find(connection: Connection, job_id: str, task_id: str) -> Entry | None:
    """Return the entry of this key, or if that is empty the last one of this task."""
    wanted = job_history.c.job_id == job_id if job_id else job_history.c.task_id == task_id
    query = select(*COLUMNS).where(wanted)
    query = query.order_by(job_history.c.completed_at.desc(), job_history.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else entry_of(row)


def entry_of(row: Any) -> Entry:
    """Make an entry of its `COLUMNS`, the body as it was sent."""
    *values, is_base64 = row
    entry = Entry._make(values)
    if not is_base64 or entry.payload is None:
        return entry
    return entry._replace(payload=base64.b64decode(entry.payload))

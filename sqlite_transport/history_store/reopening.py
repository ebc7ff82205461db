"""Taking the end of a job out of the history, when the job is to run again."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select

from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.history_store.tables import job_attempt, job_history

#: Seconds by which a time may differ that a database has rounded.
ROUNDED = 0.0005


def reopen(connection: Connection, entry: Entry) -> bool:
    """Make an attempt of the entry; tell whether it was there.

    An entry of the same job that ended later stays.
    """
    gone = connection.execute(
        delete(job_history).where(
            job_history.c.job_id == entry.job_id,
            job_history.c.completed_at < entry.completed_at + ROUNDED,
        )
    )
    if gone.rowcount == 0:
        return False
    known = select(job_attempt.c.id).where(
        job_attempt.c.job_id == entry.job_id,
        job_attempt.c.completed_at == entry.completed_at,
    )
    if connection.execute(known).first() is None:
        told: dict[str, Any] = {name: getattr(entry, name) for name in Attempt._fields}
        connection.execute(insert(job_attempt).values(told))
    return True

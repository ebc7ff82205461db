"""The queue's file as the outbox of a history that is kept elsewhere.

Jobs end in the file as ever, whoever ends them. From there they are taken in
batches and removed once they have arrived. A crash between the two takes them
again, under the same names.
"""

import json
import time
from typing import NamedTuple

from sqlite_transport import history
from sqlite_transport.database import Database
from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED

#: Jobs and bytes of payload in a batch; a job that is larger is a batch of its own.
JOBS = 200
BYTES = 4 * 1024 * 1024

ENDED = (
    "SELECT id, length(payload) FROM job WHERE status = ?1 AND completed_at IS NOT NULL"
    " ORDER BY completed_at LIMIT ?2"
)
JOB = (
    "SELECT id, queue, type, task_id, priority, payload, headers, properties, content_type,"
    " content_encoding, status, error, traceback, worker, retry_count, max_retries, deliveries,"
    " created_at, due_at, expires_at, started_at, updated_at, completed_at,"
    " json_extract(headers, '$.root_id'), json_extract(headers, '$.parent_id')"
    # Since it was found it may have been put back into its queue. The plus keeps SQLite from
    # looking through all that have ended.
    " FROM job WHERE id IN (SELECT value FROM json_each(?)) AND +completed_at IS NOT NULL"
)
_ATTEMPT = (
    "SELECT a.id, a.job_id, a.status, a.error, a.traceback, a.worker, a.retry_count,"
    " a.started_at, a.completed_at FROM job_attempt AS a"
)
ATTEMPTS = f"{_ATTEMPT} WHERE a.job_id IN (SELECT value FROM json_each(?))"  # noqa: S608

#: Of jobs that have gone already: an attempt may be written after its successor has ended.
LATE_ATTEMPTS = f"{_ATTEMPT} LEFT JOIN job ON job.id = a.job_id WHERE job.id IS NULL LIMIT {JOBS}"
#: The attempts of a job that is still here go with it.
REMOVE_ATTEMPTS = (
    "DELETE FROM job_attempt WHERE id IN (SELECT value FROM json_each(?))"
    " AND NOT EXISTS (SELECT 1 FROM job WHERE job.id = job_attempt.job_id)"
)
#: It may be in its queue again, or have ended anew.
HAS_SAME_END = "SELECT 1 FROM job WHERE id = ? AND completed_at = ?"


#: Seconds between two looks for late attempts.
LATE = 10.0


class Batch(NamedTuple):
    """What goes to the history at once, and what it is in the file.

    identity: what the file's was. jobs: their ids, and when they ended.
    """

    identity: str
    entries: list[Entry]
    attempts: list[Attempt]
    jobs: list[tuple[int, float]]
    attempt_ids: list[int]


class Outbox:
    """What has ended in one file and is still there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._look_for_late_at = 0.0

    def take(self) -> Batch | None:
        """Return some of it, which stays in the file; None if there is nothing."""
        identity = self._database.read(history.IDENTITY)[0][0]
        jobs = self._find()
        rows = self._database.read(JOB, (json.dumps(jobs),))
        attempts = self._database.read(ATTEMPTS, (json.dumps(jobs),))
        if not jobs and time.monotonic() >= self._look_for_late_at:
            # It goes through all attempts, so not in every round.
            self._look_for_late_at = time.monotonic() + LATE
            attempts = self._database.read(LATE_ATTEMPTS)
        if not rows and not attempts:
            return None
        entries = [Entry(f"{identity}:{job}", *values) for job, *values in rows]
        return Batch(
            identity,
            entries,
            [Attempt(f"{identity}:{job}", *values) for _, job, *values in attempts],
            [(job, entry.completed_at) for (job, *_), entry in zip(rows, entries, strict=True)],
            [row[0] for row in attempts],
        )

    def _find(self) -> list[int]:
        jobs: list[int] = []
        room = BYTES
        for status in (FAILED, CANCELLED, COMPLETED):
            for job, size in self._database.read(ENDED, (status, JOBS - len(jobs))):
                room -= size or 0
                if jobs and room < 0:
                    return jobs
                jobs.append(job)
        return jobs

    def remove(self, batch: Batch) -> None:
        """Remove from the file what was taken.

        What has changed stays: an attempt written since then, and a job that was
        put back into its queue. When that ends anew, its entry replaces this one. In
        a file that was restored meanwhile the same numbers are of other things.
        """
        with self._database.writing as connection:
            if connection.execute(history.IDENTITY).fetchone()[0] != batch.identity:
                return
            same = [
                end[0] for end in batch.jobs if connection.execute(HAS_SAME_END, end).fetchone()
            ]
            if same:
                history.remove(connection, same)
            connection.execute(REMOVE_ATTEMPTS, (json.dumps(batch.attempt_ids),))

"""Unique jobs: who holds a key, as SQL.

A row of `unique_job` is in force only as long as its job is where `until` says.
So nothing is done when a job ends: whoever wants the key looks at the job, and
takes it over. Job ids never come back, so an old row never means another job.
Each function runs within the caller's transaction.
"""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

#: Until its job has ended, has been claimed, or until a time has passed.
DONE, STARTED, TIME = "done", "started", "time"


class Uniqueness(NamedTuple):
    """What a message asks for: to be the only one with its key.

    until: `DONE`, `STARTED` or `TIME`. seconds: for `TIME`, how long from when
    it is stored; else 0.
    """

    key: str
    until: str
    seconds: float

    def as_header(self) -> dict[str, object]:
        """Return it as it stands in a message's header `unique`."""
        return self._asdict()


def uniqueness_from(header: object) -> Uniqueness | None:
    """Read the header `unique`; what is no such thing is somebody else's header, and gives None."""
    if not isinstance(header, dict):
        return None
    key, until = header.get("key"), header.get("until")
    if isinstance(key, str):
        if until in (DONE, STARTED):
            return Uniqueness(key, until, 0.0)
        seconds = header.get("seconds")
        if until == TIME and isinstance(seconds, (int, float)):
            return Uniqueness(key, TIME, float(seconds))
    return None


# The result is there a moment before the job is settled, and whoever has seen it may ask for
# another one. Of an attempt before this one it says nothing: that job was handed out again.
_RESULT = (
    "SELECT 1 FROM result WHERE result.task_id = job.task_id"
    " AND result.status IN ('SUCCESS', 'FAILURE', 'REVOKED')"
    " AND result.updated_at >= job.started_at"
)
_HAS_RESULT = f"(job.session IS NOT NULL AND EXISTS ({_RESULT}))"
# A job that nobody will run, since its time is over, holds nothing any more.
_CAN_RUN = "(job.expires_at IS NULL OR job.expires_at > ?1 OR job.session IS NOT NULL)"
_IN_FORCE = (
    "CASE held.until WHEN 'time' THEN held.expires_at > ?1"
    f" WHEN 'started' THEN job.status IN ('pending', 'scheduled', 'blocked') AND {_CAN_RUN}"
    f" ELSE job.id IS NOT NULL AND job.completed_at IS NULL AND {_CAN_RUN} AND NOT {_HAS_RESULT}"
    " END"
)
_HELD = "FROM unique_job AS held LEFT JOIN job ON job.id = held.job_id"


def holder_query(key: str, now: str) -> str:
    """Return the query for who holds a key, of the names of its two parameters."""
    in_force = _IN_FORCE.replace("?1", now)
    return f"SELECT held.task_id {_HELD} WHERE held.unique_key = {key} AND {in_force}"


HOLDER = holder_query("?2", "?1")


def holder(connection: Any, key: str, now: float) -> str | None:
    """Return the task id of the job that holds the key, None if it is free."""
    row = connection.execute(HOLDER, (now, key)).fetchone()
    return None if row is None else row[0] or ""


#: Gives a key to a job, of the names of the parameters.
TAKE_BY = (
    "INSERT INTO unique_job (unique_key, job_id, task_id, until, expires_at)"
    " VALUES ({key}, {job}, {task}, {until}, nullif({held_until}, 0))"
    " ON CONFLICT (unique_key) DO UPDATE"
    " SET job_id = excluded.job_id, task_id = excluded.task_id, until = excluded.until,"
    " expires_at = excluded.expires_at"
)
_TAKE = partial(TAKE_BY.format, key="?1", task="?2", until="?3", held_until="?4")
#: By the job that was inserted just now, and by one that is there.
TAKE, TAKE_AGAIN = _TAKE(job="last_insert_rowid()"), _TAKE(job="?5")


def take(connection: Any, wanted: Uniqueness, task_id: str | None, now: float) -> None:
    """Give the key to the job that this connection has inserted just now."""
    connection.execute(TAKE, (wanted.key, task_id, wanted.until, held_until(wanted, now)))


def take_again(
    connection: Any, wanted: Uniqueness, task_id: str | None, now: float, job: int
) -> None:
    """Give the key to a job that has ended and is put back."""
    parameters = (wanted.key, task_id, wanted.until, held_until(wanted, now), job)
    connection.execute(TAKE_AGAIN, parameters)


def held_until(wanted: Uniqueness, now: float) -> float:
    """Return when the key that is taken now becomes free of itself, 0 for never."""
    return now + wanted.seconds if wanted.until == TIME else 0


LOOK = (
    f"SELECT held.unique_key, {_IN_FORCE} IS TRUE {_HELD}"
    " WHERE held.unique_key > ?2 ORDER BY held.unique_key LIMIT ?3"
)
FORGET = (
    "DELETE FROM unique_job WHERE unique_key IN (SELECT value FROM json_each(?2))"  # noqa: S608
    f" AND NOT EXISTS (SELECT 1 {_HELD} WHERE held.unique_key = unique_job.unique_key"
    f" AND {_IN_FORCE})"
)


def forget(connection: Any, keys: Iterable[str], now: float) -> None:
    """Delete those of the rows that are not in force."""
    connection.execute(FORGET, (now, json.dumps(list(keys))))

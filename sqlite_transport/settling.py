"""Settling: what becomes of a job that was handed out.

Each function runs within the caller's transaction. All are fenced: they
change a row only while it belongs to the session, and to the attempt that is
settled. The late word on a job that was handed on, or tried again meanwhile,
changes nothing.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from kombu.exceptions import ContentDisallowed, DecodeError

from sqlite_transport import history
from sqlite_transport.event_triggers import is_watched
from sqlite_transport.history import ENDED, Outcome, storable
from sqlite_transport.queue import BY_OPERATOR_AND_DEATH, GIVEN_UP, Claimed
from sqlite_transport.status import COMPLETED, FAILED, RETRIED

#: What a consumer can do with a job, in AMQP's words.
ACK, REJECT, REQUEUE = "ack", "reject", "requeue"

#: What else that can amount to: it has begun and is not handed out again, it has
#: ended, its task was sent again, it goes back before it has begun, or since its
#: consumer closes.
ACCEPT, FINISH, RETRY, RETURN, CLOSE = "accept", "finish", "retry", "return", "close"


class Delivery:
    """A job in the hands of a consumer.

    attempt: which retry of the task it is. begun: when it began to run (seconds
    since 1970) and on which node, once that is known. early: its
    acknowledgement means that it has begun, not that it is done. accepted: it
    was acknowledged so. outcome: how it ended, once that is known. type,
    limit_key: only of a job that came through the gates. is_blameless: its
    failure says nothing of its type. is_unstarted: it was given back before it
    began, after it had been acknowledged or not.
    """

    begun: tuple[float, str] | None = None
    early = False
    accepted = False
    outcome: Outcome | None = None
    type: str | None = None
    limit_key: str | None = None
    is_blameless = False
    is_unstarted = False

    def __init__(self, job: Claimed) -> None:
        if job.type is not None:
            self.type, self.limit_key = job.type, job.limit_key
        self.id = job.id
        self.attempt = job.retry_count
        self.transient = job.transient
        self.redelivered = job.redelivered

    def settled_by(self, how: str) -> str:
        """Note that the consumer has settled it; return what that amounts to.

        Another thread may conclude it at the same time: each writes down its
        own part before it looks at the other's, so one of them sees both.
        """
        if how == REQUEUE:
            return RETURN if self.is_unstarted else how
        if self.early:
            self.accepted = True
            return ACCEPT if self.outcome is None else self.ending()
        if self.outcome is None:
            self.outcome = _plain_outcome(how)
        return self.ending()

    def ending(self) -> str:
        """Return what its outcome amounts to."""
        if self.is_unstarted:
            return RETURN
        return RETRY if self.outcome is not None and self.outcome.status == RETRIED else FINISH


#: The outcome of a job whose consumer tells nothing but that.
DONE = Outcome(COMPLETED)


def _plain_outcome(how: str) -> Outcome:
    """Return the outcome of a job whose consumer does not tell more than AMQP's words."""
    error = sys.exc_info()[1]
    if how == REJECT:
        # Celery rejects what it cannot run while it handles the reason.
        reason = f": {type(error).__name__}: {error}" if error is not None else ""
        return Outcome(FAILED, f"rejected by the consumer{reason}")
    if isinstance(error, (DecodeError, ContentDisallowed)):
        # Celery acknowledges what it cannot read.
        return Outcome(FAILED, f"the message cannot be decoded: {error}")
    return DONE


_FENCE = "session = ?{} AND retry_count = ?{}"
_ALL = "id IN (SELECT value FROM json_each(?1))"

#: Jobs with nothing to tell, all at once.
FINISH_ALL = (
    f"UPDATE job SET status = '{COMPLETED}', completed_at = ?3, {ENDED}"  # noqa: S608
    f" WHERE {_ALL} AND {_FENCE.format(2, 4)}"
)
_OUTCOME = (
    "UPDATE job SET status = ?1, error = nullif(?2, ''), completed_at = ?4,"
    " traceback = nullif(?5, ''), worker = nullif(?6, ''),"
    " started_at = coalesce(nullif(?7, 0), started_at), max_retries = nullif(?11, -1)"
)
_FINISH = f"{_OUTCOME}, {ENDED} WHERE id = ?8"
FINISH_ONE = f"{_FINISH} AND {_FENCE.format(9, 10)}"

#: A job that leaves no history, for those who listen to events.
TELL_ONE = f"{_OUTCOME}, updated_at = ?3 WHERE id = ?8 AND {_FENCE.format(9, 10)}"

#: A job that was given up with its session, while the process that had it lived on.
CORRECT = (
    f"{_FINISH} AND ?9 IS NOT NULL AND retry_count = ?10"
    f" AND completed_at IS NOT NULL AND error IN ('{GIVEN_UP}', '{BY_OPERATOR_AND_DEATH}')"
)
DROP_ALL = f"DELETE FROM job WHERE {_ALL} AND {_FENCE.format(2, 3)} RETURNING id"  # noqa: S608

#: The largest limit of retries that is told as it is.
LARGEST = 2**31


def finish(
    connection: Any,
    deliveries: Iterable[Delivery],
    session: int,
    kept: Collection[str],
    now: float,
) -> None:
    """End jobs, each with its outcome; those whose status is not `kept` leave no trace."""
    alike: dict[int, list[int]] = defaultdict(list)
    told: list[tuple[object, ...]] = []
    dropped: list[Delivery] = []
    for delivery in deliveries:
        outcome = delivery.outcome or DONE
        if delivery.transient or outcome.status not in kept:
            dropped.append(delivery)
        elif outcome is DONE:
            alike[delivery.attempt].append(delivery.id)
        else:
            told.append(_told(delivery, outcome, session, now))
    for attempt, jobs in alike.items():
        connection.execute(FINISH_ALL, (json.dumps(jobs), session, now, attempt))
    if told:
        connection.executemany(FINISH_ONE, told)
    if dropped:
        traceless = [each for each in dropped if not each.transient]
        if traceless and is_watched(connection):
            rows = [_told(each, each.outcome or DONE, session, now) for each in traceless]
            connection.executemany(TELL_ONE, rows)
        drop(connection, dropped, session)


def _told(delivery: Delivery, outcome: Outcome, session: int, now: float) -> tuple[object, ...]:
    """Return the parameters of `FINISH_ONE`: none is None, see `queue.INSERT`."""
    status, error, traceback, worker, started_at, completed_at, max_retries = outcome
    return (
        status,
        storable(error),
        now,
        completed_at or now,
        storable(traceback),
        storable(worker),
        started_at or 0,
        delivery.id,
        session,
        delivery.attempt,
        -1 if max_retries is None else min(max_retries, LARGEST),
    )


def correct(connection: Any, delivery: Delivery, now: float) -> None:
    """Tell how a job ended that was given up too early."""
    if delivery.outcome is not None and delivery.ending() == FINISH:
        connection.execute(CORRECT, _told(delivery, delivery.outcome, 0, now))


def drop(connection: Any, deliveries: Collection[Delivery], session: int) -> None:
    """Remove jobs of the session for good."""
    newest = connection.execute(history.NEWEST).fetchone()[0]
    tried = {each.id for each in deliveries if each.attempt or each.redelivered}
    attempts: dict[int, list[int]] = defaultdict(list)
    for delivery in deliveries:
        attempts[delivery.attempt].append(delivery.id)
    gone: list[int] = []
    for attempt, jobs in attempts.items():
        rows = connection.execute(DROP_ALL, (json.dumps(jobs), session, attempt)).fetchall()
        gone += [row[0] for row in rows]
    if tried.intersection(gone):
        connection.execute(history.REMOVE_ATTEMPTS, (json.dumps([*tried.intersection(gone)]),))
    if newest in gone:
        connection.execute(history.REMEMBER_NEWEST, (newest,))


BEGIN_JOB = (
    "UPDATE job SET accepted = ?, started_at = coalesce(nullif(?, 0), started_at),"
    " worker = nullif(?, '') WHERE id = ? AND session = ? AND retry_count = ?"
)


def begin(connection: Any, deliveries: Iterable[Delivery], session: int) -> None:
    """Note that jobs have begun to run; those that are accepted are not handed out again."""
    connection.executemany(
        BEGIN_JOB,
        [
            (
                int(delivery.accepted),
                *(delivery.begun or (0, "")),
                delivery.id,
                session,
                delivery.attempt,
            )
            for delivery in deliveries
        ],
    )


NOTE_ATTEMPT = (
    "INSERT INTO job_attempt (job_id, status, error, traceback, worker, started_at, completed_at,"
    " retry_count) VALUES (?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), ?, ?, ?)"
)


def note_attempt(connection: Any, delivery: Delivery, status: str, now: float) -> None:
    """Keep what is known of an attempt that was not the job's last one."""
    outcome = delivery.outcome
    if outcome is not None and not delivery.transient:
        connection.execute(
            NOTE_ATTEMPT,
            (
                delivery.id,
                status,
                storable(outcome.error),
                storable(outcome.traceback),
                storable(outcome.worker),
                outcome.started_at,
                outcome.completed_at or now,
                delivery.attempt,
            ),
        )


IS_OURS = "SELECT 1 FROM job WHERE id = ? AND session = ? AND retry_count = ?"


def retry(
    connection: Any, delivery: Delivery, session: int, kept: Collection[str], now: float
) -> None:
    """Settle an attempt after which the task was sent again.

    Mostly the message was stored in the job's own row, which by now belongs to
    the next attempt. If it went elsewhere, to another broker or to several
    queues, this job ends here.
    """
    fence = (delivery.id, session, delivery.attempt)
    if connection.execute(IS_OURS, fence).fetchone() is None:
        if kept:
            note_attempt(connection, delivery, RETRIED, now)
    elif delivery.outcome is not None:
        delivery.outcome = delivery.outcome._replace(status=FAILED)
        finish(connection, (delivery,), session, kept, now)

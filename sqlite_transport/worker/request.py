"""Celery's request, which also tells the history how the task ended.

Celery makes a request of every task message, in the worker's main process,
and calls it with what the pool reports. Each of these methods notes the
outcome first and then does what Celery does, the acknowledgement included.
"""

from time import time
from typing import Any

from billiard.einfo import ExceptionInfo
from celery.exceptions import Ignore, InvalidTaskError, TimeLimitExceeded
from celery.worker import request
from kombu.utils.encoding import safe_str

from sqlite_transport.history import Outcome
from sqlite_transport.limits import counts_for_breaker
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED, REQUEUED, RETRIED
from sqlite_transport.worker import recorder
from sqlite_transport.worker.depth import DEEPEST, is_too_deep
from sqlite_transport.worker.ended import Ended
from sqlite_transport.worker.failures import cause_of, describe, signal_name
from sqlite_transport.worker.held_back import HeldBack
from sqlite_transport.worker.revocations import forget_if_wanted

#: Headers of a task that an operator wants to know.
TOLD = ("retries", "eta", "expires", "root_id", "parent_id")


class Request(request.Request):
    """A task that a worker has received."""

    _outcome: Outcome | None = None
    _put_back = False
    _recorded = False

    def __init__(self, message: Any, **options: Any) -> None:
        self._received_at = time()
        try:
            super().__init__(message, **options)
        except (TypeError, ValueError) as error:
            # Celery would take it for an error of its own, and end the worker.
            raise InvalidTaskError(f"its body is not that of a task: {error}") from error
        if is_too_deep(message, self._request_dict):
            raise InvalidTaskError(f"it is nested more than {DEEPEST} deep")
        forget_if_wanted(self.id, self._request_dict)

    def info(self, safe: bool = False) -> dict[str, Any]:
        """Return what remote control tells of it and, as `job`, what an operator wants besides."""
        told = self._request_dict
        known = {name: told.get(name) for name in TOLD}
        more = {**known, "received_at": self._received_at, "max_retries": self._task.max_retries}
        return {**super().info(safe=safe), "job": more}

    def __init_subclass__(cls, **options: Any) -> None:
        """Note the success before the method that Celery makes anew for each task."""
        super().__init_subclass__(**options)
        on_success = cls.__dict__.get("on_success")
        if on_success is not None:
            cls.on_success = _noting_success(on_success)

    # -- how it ends ------------------------------------------------------

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """Note that the task has begun."""
        super().on_accepted(pid, time_accepted)
        delivery = getattr(self._message, "delivery", None)
        if delivery is not None and not delivery.early:
            delivery.begun = (self.time_start, self._hostname)
            self._message.channel.begin(delivery)

    def on_failure(
        self, exc_info: ExceptionInfo, send_failed_event: bool = True, return_ok: bool = False
    ) -> Any:
        """Note a failure, a rejection, or that its process was lost."""
        error = cause_of(exc_info)
        if isinstance(error, HeldBack) and self._hand_back(error):
            return None
        lost = getattr(self, "_worker_lost_info", None)
        if lost is not None and isinstance(error, (SystemExit, KeyboardInterrupt)):
            # Newer pools tell the loss of a process so, and Celery knows it for that.
            error = cause_of(lost(error))
        self._blame(error)
        if isinstance(error, Ignore):
            self._end(COMPLETED, describe(error))
        else:
            self._end(FAILED, describe(error), safe_str(exc_info.traceback))
        try:
            return super().on_failure(exc_info, send_failed_event, return_ok)
        finally:
            self._conclude()

    def on_retry(self, exc_info: ExceptionInfo) -> None:
        """Note that the task was sent again."""
        retry = cause_of(exc_info)
        error = getattr(retry, "exc", None)
        self._blame(error)
        text = describe(retry if error is None else error)
        self._end(RETRIED, text, safe_str(exc_info.traceback))
        super().on_retry(exc_info)
        if self.id in request.revoked_tasks and getattr(self._message, "delivery", None):
            # It was cancelled as it asked for another attempt, which nobody will get to see.
            self.task.backend.mark_as_revoked(
                self.id, "revoked", request=self._context, store_result=self.store_errors
            )

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Note a hard time limit; a soft one is the task's to handle."""
        if soft:
            super().on_timeout(soft, timeout)
            return
        self._end(FAILED, describe(TimeLimitExceeded(timeout)))
        try:
            super().on_timeout(soft, timeout)
        finally:
            self._conclude()

    def _announce_revoked(self, reason: str, terminated: bool, signum: Any, expired: bool) -> None:
        self._end(CANCELLED, f"terminated by {signal_name(signum)}" if terminated else reason)
        try:
            super()._announce_revoked(reason, terminated, signum, expired)
        finally:
            self._conclude()

    def _hand_back(self, why: HeldBack) -> bool:
        """Give a job back that has not begun, whether or not it was acknowledged.

        With a pool of threads its acknowledgement may still be on its way to the event loop.
        """
        delivery = getattr(self._message, "delivery", None)
        if delivery is None:
            return False
        request.task_ready(self)
        delivery.is_unstarted = True
        if self.acknowledged:
            self._message.channel.conclude(delivery, Outcome(REQUEUED, str(why.reason)))
        else:
            super().reject(requeue=True)
        return True

    def _blame(self, error: BaseException | None) -> None:
        """Note whether a failure speaks against the task's type, for its breaker."""
        delivery = getattr(self._message, "delivery", None)
        if delivery is not None and delivery.type is not None:
            delivery.is_blameless = not counts_for_breaker(self._task, error)

    def _success_was_stored(self) -> Any:
        """Note that the task had succeeded before its process was lost."""
        stored = super()._success_was_stored()
        if stored:
            self._end(COMPLETED)
        return stored

    def _retry_worker_lost(self, exc: BaseException, exc_info: ExceptionInfo) -> bool:
        failed = self._outcome
        self._end(RETRIED, describe(exc))
        sent = bool(super()._retry_worker_lost(exc, exc_info))
        if not sent:
            self._outcome = failed
        return sent

    # -- and how that is told ---------------------------------------------

    def acknowledge(self) -> None:
        """Acknowledge, as begun if the outcome is not known yet."""
        self._tell()
        super().acknowledge()

    def reject(self, requeue: bool = False) -> None:
        """Reject, with the reason."""
        unexplained = self._outcome is None and not requeue
        self._put_back = requeue and not self.acknowledged
        if unexplained:
            self._end(FAILED, "rejected by the worker")
        self._tell()
        super().reject(requeue)
        if unexplained:
            self._conclude()

    def _tell(self) -> None:
        delivery = getattr(self._message, "delivery", None)
        if delivery is None or self.acknowledged:
            return
        if self._outcome is None:
            delivery.early = True
            delivery.begun = (self.time_start, self._hostname)
        else:
            delivery.outcome = self._outcome

    def _end(self, status: str, error: str | None = None, traceback: str | None = None) -> None:
        self._outcome = Outcome(
            status,
            error,
            traceback,
            self._hostname,
            self.time_start,
            time(),
            self._task.max_retries,
        )

    def _conclude(self) -> None:
        """Tell of the end of what was acknowledged when it began, or came from another broker."""
        message, outcome = self._message, self._outcome
        if outcome is None:
            return
        delivery = getattr(message, "delivery", None)
        if delivery is None:
            self._record(outcome)
        elif delivery.early:
            message.channel.conclude(delivery, outcome)

    def _record(self, outcome: Outcome) -> None:
        """Tell the recorder, once; what the broker will deliver again has not ended."""
        if self._recorded:
            return
        self._recorded = True
        if self._put_back or not self.acknowledged:
            outcome = outcome._replace(status=REQUEUED)
        recorder.note(
            Ended(
                self._message,
                self.id,
                self._type,
                self._request_dict.get("retries") or 0,
                self._received_at,
                outcome,
            )
        )


def _noting_success(on_success: Any) -> Any:
    def noting(self: Request, failed__retval__runtime: Any, **options: Any) -> Any:
        if not failed__retval__runtime[0]:
            self._end(COMPLETED)
        try:
            return on_success(self, failed__retval__runtime, **options)
        finally:
            self._conclude()

    return noting

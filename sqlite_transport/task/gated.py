"""The part of a task that looks, before it starts, whether it may still.

A worker takes jobs ahead of its processes. When their type is paused meanwhile,
their queue, or their type's breaker opens, those that have not begun go back,
and neither a retry nor a delivery is spent.
"""

import time
from typing import Any

from celery import Task
from celery.utils.log import get_task_logger
from kombu.exceptions import OperationalError

from sqlite_transport.application import file_of
from sqlite_transport.controls import (
    TYPE,
    find_control,
    is_any_queue_paused,
    is_controlled,
    paused_queue_of,
)
from sqlite_transport.database import Database
from sqlite_transport.worker.held_back import HeldBack

logger = get_task_logger(__name__)

#: Seconds for which an answer holds for the other jobs of this process, if there is no breaker.
FRESH = 0.05


class Gated(Task):
    """A task that does not begin while its gate is shut."""

    abstract = True

    _database: Database | None = None
    _is_elsewhere = False
    _looked_at = 0.0
    _shut = ""
    _may_be_paused = False

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Give the job back if it must not begin now."""
        request = self.request
        if not request.called_directly and not request.is_eager:
            shut = self._why_shut(task_id, request.retries or 0)
            if shut:
                raise HeldBack(shut)
        super().before_start(task_id, args, kwargs)

    def _why_shut(self, task_id: str, attempt: int) -> str:
        """Ask the file why the job may not begin; empty if it may."""
        try:
            database = self._database or self._open()
            if database is None:
                return ""
            now = time.monotonic()
            if now - self._looked_at >= FRESH or getattr(self, "circuit_breaker", None):
                self._shut, self._may_be_paused = _look(database, str(self.name))
                self._looked_at = now
            if self._shut or not self._may_be_paused:
                return self._shut
            paused = paused_queue_of(database.reader, task_id, attempt)
            return f"the queue {paused} is paused" if paused else ""
        except (OperationalError, ValueError) as error:
            # Whoever cannot ask runs what the worker was handed.
            logger.warning("Cannot ask whether %s may begin: %s", self.name, error)
            return ""

    def _open(self) -> Database | None:
        if not self._is_elsewhere:
            found = file_of(self.app)
            self._database = found[0].database if found else None
            self._is_elsewhere = found is None
        return self._database


def _look(database: Database, name: str) -> tuple[str, bool]:
    """Return why no job of the type may begin, and whether any queue is paused."""
    if not is_controlled(database.reader):
        return "", False
    control = find_control(database.reader, TYPE, name)
    if control.paused_at is not None:
        return f"{name} is paused", False
    if control.opens_at is not None and control.opens_at > time.time():
        return f"the breaker of {name} is open", False
    return "", is_any_queue_paused(database.reader)

"""Forgetting the result of a task that is to run again, so that who asks waits for the new one."""

import logging
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlite_transport.jobs.part import Part
from sqlite_transport.jobs.result_backend import result_backend
from sqlite_transport.message import timestamp
from sqlite_transport.storing import Storing

logger = logging.getLogger("sqlite_transport")


class Task(NamedTuple):
    """A task that is to run again."""

    id: str | None
    name: str


class OldResults(Part):
    """The results in the jobs' own file go with the transaction, others after it."""

    def _forget_here(self, tasks: Iterable[Task]) -> None:
        """Forget results that are in this file, within the transaction."""
        for task in tasks:
            backend = self._backend(task)
            if backend is not None and self._is_here(backend):
                backend.forget(task.id)

    def _forget_elsewhere(self, tasks: Iterable[Task], before: float) -> None:
        """Forget results that are elsewhere, if they are older than this (seconds since 1970)."""
        for task in tasks:
            backend = self._backend(task)
            if backend is None or self._is_here(backend):
                continue
            try:
                done = timestamp(backend.get_task_meta(task.id, cache=False).get("date_done"))
                if done is None or done < before:
                    backend.forget(task.id)
            except Exception:
                # It may be a server that is away; the task runs nevertheless.
                logger.exception("The old result of task %s cannot be forgotten", task.id)

    def _backend(self, task: Task) -> Any:
        """Return where the task's result is, None if there is none or it cannot be forgotten."""
        return None if task.id is None else result_backend(self.app, task.name)

    def _is_here(self, backend: Any) -> bool:
        return isinstance(backend, Storing) and backend.database is self.broker.database

"""Adding a job."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_transport.jobs.checks import args_of, kwargs_of
from sqlite_transport.jobs.elsewhere.part import Part
from sqlite_transport.jobs.elsewhere.unseen import unseen
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.sending import options_of, send


class Adding(Part):
    """The verb `add`."""

    def add(
        self,
        type: str,  # noqa: A002
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        queue: str | None = None,
        priority: int | None = None,
        countdown: float | None = None,
        eta: object = None,
        expires: object = None,
        strict: bool = False,
    ) -> Job:
        """Send a task as the application does, and return its job as it was sent.

        The parameters are those of a file. What becomes of the job is not
        looked at: from now on its id is what `get` takes.

        Raises:
            JobError: a value cannot be used.
            OperationalError: the broker cannot be reached.
        """
        options = options_of(queue, priority, countdown, eta, expires)
        task_id = send(self.app, type, args, kwargs or {}, strict, options)
        return unseen(
            task_id,
            type=type,
            queue=self._routed(type, options),
            priority=self._urgency(type, options),
            args=args_of(args),
            kwargs=kwargs_of(kwargs or {}),
            due_at=_moment(options.get("eta")),
            expires_at=_moment(options.get("expires")),
        )

    def _routed(self, name: str, options: Mapping[str, Any]) -> str:
        """Return the queue that the application sends such a task to."""
        asked = {key: value for key, value in options.items() if key == "queue"}
        task = self.app.tasks.get(name)
        for key in ("queue", "exchange", "routing_key"):
            if (own := getattr(task, key, None)) is not None:
                asked.setdefault(key, own)
        route = self.app.amqp.router.route(asked, name)
        queue = route.get("queue")
        return str(getattr(queue, "name", queue) or route.get("routing_key") or "")

    def _urgency(self, name: str, options: Mapping[str, Any]) -> int:
        if "priority" in options:
            return int(options["priority"])
        own = getattr(self.app.tasks.get(name), "priority", None)
        return int(own if own is not None else self.app.conf.task_default_priority or 0)


def _moment(said: object) -> float | None:
    if isinstance(said, datetime):
        return said.timestamp()
    return time.time() + said if isinstance(said, (int, float)) else None

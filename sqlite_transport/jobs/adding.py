"""Adding a job."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_transport import queue as queues
from sqlite_transport.jobs.errors import JobError, NoSuchJob
from sqlite_transport.jobs.finding import Finding
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.sending import options_of, send

#: The job that a task was sent as, found without a look at those that were there before.
NEW = "SELECT id FROM job WHERE id > ? AND task_id = ? ORDER BY id LIMIT 1"


class Adding(Finding):
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
        """Send a task as the application does, and return the job as it is stored.

        A task that this process knows is sent with its own options, and its
        arguments are checked; another one by its name alone.

        queue: by default where the application routes it.
        countdown: seconds from now until it is to run. eta: the time instead:
            seconds since 1970, a datetime, or an ISO 8601 text.
        expires: when it is too late to run it: in so many seconds from now, or
            a time as above.
        strict: refuse a task that this process does not know.

        Raises:
            JobError: a value cannot be used, or no queue takes the task.
        """
        options = options_of(queue, priority, countdown, eta, expires)
        newest = self.broker.database.read(queues.NEWEST)[0][0]
        task_id = send(self.app, type, args, kwargs or {}, strict, options)
        return self._sent(newest, task_id, type)

    def _sent(self, newest: int, task_id: str, name: str) -> Job:
        rows = self.broker.database.read(NEW, (newest, task_id))
        try:
            return self.get(rows[0][0] if rows else self.find(task_id))
        except NoSuchJob:
            raise JobError(
                f"the task {name!r} was sent as {task_id}, but is not in the file: either no queue"
                " is bound to its route, or it has ended and is not kept in the history"
            ) from None

"""Keeping what there is to keep: the history, the results, and the queues empty on demand."""

import time
from collections import Counter

from celery.backends.base import DisabledBackend

from sqlite_transport.jobs.checks import check_queue
from sqlite_transport.jobs.cleaning import RESULTS, retention_of, tell
from sqlite_transport.jobs.elsewhere.archived import Archived
from sqlite_transport.jobs.elsewhere.queues import QUEUES, Queues
from sqlite_transport.pruning import AT_ONCE
from sqlite_transport.snapshot import Progress
from sqlite_transport.status import PENDING


class Keeping(Archived, Queues):
    """The verbs `cleanup` and `purge`; `purges`: the statuses of what that one deletes."""

    purges = (PENDING,)

    def cleanup(
        self,
        *,
        completed: str | int | None = None,
        failed: str | int | None = None,
        cancelled: str | int | None = None,
        progress: Progress | None = None,
    ) -> dict[str, int]:
        """Delete the history beyond what is to be kept, and expired results.

        The parameters are those of a file. Returned is how many jobs of each
        status went; under `results` always 0, since a backend that cleans up
        does not say how much that was.

        Raises:
            NotOnThisBroker: there is no `history_url`.
            JobError: a value is none, or `off`.
        """
        given = {"completed": completed, "failed": failed, "cancelled": cancelled}
        retention = retention_of(given, self.options)
        archive = self._history_for("cleanup")
        deleted: Counter[str] = Counter()
        now = time.time()
        while archive.prune(retention, now, AT_ONCE, deleted):
            tell(progress, deleted)
        tell(progress, deleted)
        if not isinstance(self.app.backend, DisabledBackend):
            self.app.backend.cleanup()
        return {**{status: deleted[status] for status in retention}, RESULTS: 0}

    def purge(self, queue: str) -> int:
        """Delete all messages that wait in the queue; return how many.

        What workers have taken already, jobs that wait for their time among
        it, stays. The history does not hear of what is deleted.

        Raises:
            JobError: neither the application nor a worker that has answered
                knows the queue, and there is none in the broker.
        """
        if self._waiting([queue])[queue] is None:
            (queues,) = self._ask(QUEUES)
            check_queue(queue, self._known_queues(queues))
            return 0
        with self._connected() as connection, connection.channel() as channel:
            return int(channel.queue_purge(queue) or 0)

"""Giving back what is not where it belongs, and emptying a queue."""

from sqlite_transport.jobs.changing import WAITING
from sqlite_transport.jobs.checks import check_queue
from sqlite_transport.jobs.part import Part
from sqlite_transport.session import find_dead

QUEUES = "SELECT name FROM queue ORDER BY name"

#: Sessions that have jobs, though nobody knows them any more.
UNKNOWN = (
    "SELECT DISTINCT session FROM job WHERE session IS NOT NULL"
    " AND session NOT IN (SELECT id FROM session)"
)

#: What goes back to its queue when its session ends; see `queue.restore`.
GOES_BACK = (
    "SELECT count(*) FROM job WHERE session = ?1 AND accepted = 0"
    " AND cancel_requested_at IS NULL AND (?2 = 0 OR deliveries < ?2)"
)


class Returning(Part):
    """The verbs `reset_stalled` and `purge`; `purges`: the statuses of what that one cancels."""

    purges = WAITING

    def reset_stalled(self) -> int:
        """Put back now what dead processes have left; return how many jobs went to their queues.

        Whoever consumes from the file does the same within a second. What had
        been acknowledged when it began, was delivered too often, or was to be
        cancelled, ends instead.
        """
        broker, limit = self.broker, self.options.max_deliveries
        unknown = [row[0] for row in broker.database.read(UNKNOWN)]
        dead = find_dead([*broker.known_sessions(), *unknown], broker.liveness)
        counts = [broker.database.read(GOES_BACK, (number, limit))[0][0] for number in dead]
        broker.reap(dead, limit)
        return sum(map(int, counts))

    def purge(self, queue: str) -> int:
        """Cancel all jobs that wait in the queue, due or not; return how many.

        It goes a slice at a time; what is published meanwhile stays.

        Raises:
            JobError: there is no such queue.
        """
        check_queue(queue, [row[0] for row in self.broker.database.read(QUEUES)])
        return self.broker.purge(queue)

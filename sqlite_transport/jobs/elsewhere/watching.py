"""Being told what happens, by the events of Celery's workers."""

from collections.abc import Collection

from sqlite_transport.jobs.elsewhere.asking import Asking
from sqlite_transport.jobs.elsewhere.subscription import SubscriptionElsewhere
from sqlite_transport.jobs.watching import known_names


class Watching(Asking):
    """The verb `events`."""

    def events(
        self,
        *,
        names: Collection[str] | str | None = None,
        timeout: float | None = None,
        after: int | None = None,
    ) -> SubscriptionElsewhere:
        """Listen from now on; iterate over what this returns, and close it.

        Workers tell of their tasks if they are started with `-E` or have
        `worker_send_task_events`, and senders with `task_send_sent_event`; else
        there is nothing to hear. What is told while the connection is away is
        missed. There is no progress, and nothing of pauses.

        names, timeout: as with a file.

        Raises:
            JobError: there are no events of that name.
            NotOnThisBroker: `after` is given: nothing is kept to go on from.
            OperationalError: the broker cannot be reached.
        """
        if after is not None:
            self._refuse("events(after=…)", "events are not kept: listen without a gap instead")
        with self._connected():
            return SubscriptionElsewhere(self.app, known_names(names), timeout)

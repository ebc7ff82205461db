"""Whether an application's broker can hold a task to what it says of itself."""

import logging
from functools import cached_property

from celery.app.task import Task

from sqlite_transport.location import SCHEME

logger = logging.getLogger("sqlite_transport")


class Enforcing(Task):
    """A task that knows whether what it says of its jobs will be enforced."""

    abstract = True

    @cached_property
    def is_enforced(self) -> bool:
        """Whether the broker that it is sent to is an SQLite file; the log is told if not.

        It is found out when the task is first sent, since Celery takes long to
        look a setting up.
        """
        url = str(self.app.conf.broker_write_url or "")
        if not url.startswith(SCHEME):
            said = [name for name in ("unique", "limit_on") if getattr(self, name, None)]
            logger.warning(
                "%s: %s %s not enforced on a %s:// broker, only on %s",
                self.name,
                " and ".join(said),
                "is" if len(said) == 1 else "are",
                url.partition(":")[0] or "amqp",
                SCHEME,
            )
        return url.startswith(SCHEME)

"""Tasks that are sent with a transaction, or not at all."""

from typing import Any

from celery.app.task import Task

from sqlite_transport.errors import CannotJoin
from sqlite_transport.location import SCHEME
from sqlite_transport.withheld import strictly_withheld


class Joining(Task):
    """A task that `enqueuing` refuses before it goes to a broker without that transaction."""

    abstract = True

    def apply_async(self, *arguments: Any, **options: Any) -> Any:
        """Send the task.

        Raises:
            CannotJoin: within `enqueuing`, and the broker is no SQLite file.
        """
        if strictly_withheld() is not None:
            url = str(self.app.conf.broker_write_url or "")
            if not url.startswith(SCHEME) and not self.app.conf.task_always_eager:
                raise CannotJoin(
                    f"{self.name} goes to {url.partition(':')[0] or 'amqp'}://, which knows "
                    f"nothing of transactions on a file, only {SCHEME} does: "
                    "send it after the commit"
                )
        return super().apply_async(*arguments, **options)

"""The tasks of an application that uses more of the file than Celery knows.

    app = Celery("films", broker="sqlite:///queue.db", task_cls="sqlite_transport.task:Task")

    @app.task(unique="until_done", unique_on=("directory",))
    def scan(directory): ...

or `@app.task(base=Task)` for a single one. On another broker than `sqlite://`
tasks run as ever: payloads are checked there too, but nothing is unique or
limited, which the log says once for each task.
"""

from sqlite_transport.limits import Breaker
from sqlite_transport.task.gated import Gated
from sqlite_transport.task.invalid_payload import InvalidPayload
from sqlite_transport.task.joining import Joining
from sqlite_transport.task.limited import Limited
from sqlite_transport.task.progress import Progressing
from sqlite_transport.task.typed import Typed
from sqlite_transport.task.unique import Unique

__all__ = ["Breaker", "InvalidPayload", "Task"]


class Task(Joining, Typed, Unique, Limited, Gated, Progressing):
    """Celery's task, with the options of this package.

    `payload` (see `Typed`), `unique` and `unique_on` (`Unique`), `limit_on`
    (`Limited`), and the limits that `limits` tells. `self.progress` says how far
    it is (`Progressing`).
    """

    abstract = True

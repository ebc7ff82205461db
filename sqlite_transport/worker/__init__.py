"""What runs inside a Celery worker: it tells the history how each task ended.

The worker's main process learns it before it settles the message, so the two
are written in one transaction. On `sqlite://` this comes with the transport;
on another broker name this package in Celery's `imports` setting (see
docs/history.md).
"""

from celery.app.task import Task

from sqlite_transport.worker import unrunnable

REQUEST = "sqlite_transport.worker.request:Request"


def install() -> None:
    """Have this process's tasks tell of their ends; calling it again is harmless.

    A task with a request class of its own keeps it, and is told of only as far
    as the transport knows.
    """
    if Task.Request == "celery.worker.request:Request":
        Task.Request = REQUEST
    unrunnable.connect()

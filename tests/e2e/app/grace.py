"""A worker that imports this has its period of grace until one of its jobs has ended."""

import select

from celery.worker import worker

_wait = worker.WorkController.wait_for_soft_shutdown


def wait_for_soft_shutdown(self: worker.WorkController) -> None:
    """Wait until a process has told how its job ended; it is read when the period is over."""
    told = self.pool._pool._fileno_to_outq
    worker.sleep = lambda _: select.select([*told], [], [], 300.0)
    _wait(self)


worker.WorkController.wait_for_soft_shutdown = wait_for_soft_shutdown

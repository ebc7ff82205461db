"""Tasks that say how far they are."""

import time

from celery import shared_task

from sqlite_transport.task import Task

from . import diary


@shared_task(name="tell", bind=True, base=Task)
def tell(self: Task, key: str, steps: int, pause: float = 0.0) -> str:
    """Say each step; end in the middle of one."""
    diary.write(self, "started", key)
    for step in range(1, steps + 1):
        self.progress(step, steps + 1, f"step {step}")
        time.sleep(pause)
    diary.write(self, "done", key)
    return key


@shared_task(name="tell_and_retry", bind=True, base=Task, max_retries=1)
def tell_and_retry(self: Task, key: str) -> str:
    """Say something in the first attempt only."""
    if self.request.retries == 0:
        self.progress(1, 2)
        raise self.retry(countdown=0)
    diary.write(self, "done", key)
    return key

"""Tasks that fail, and tasks whose process is killed under them."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject, Retry, SoftTimeLimitExceeded
from celery.signals import task_success

from . import diary
from .jobs import wait_for


class HiccupError(Exception):
    """Passes when the task is tried again."""


@shared_task(
    name="flaky", bind=True, autoretry_for=(HiccupError,), max_retries=5, default_retry_delay=0.1
)
def flaky(self: Task, key: str, failures: int) -> str:
    diary.write(self, "started", key)
    if self.request.retries < failures:
        raise HiccupError
    diary.write(self, "done", key)
    return key


@shared_task(
    name="put_off", bind=True, autoretry_for=(HiccupError,), max_retries=5, default_retry_delay=3600
)
def put_off(self: Task, key: str, failures: int) -> str:
    """Fail, and be tried again when somebody wants it."""
    diary.write(self, "started", key)
    if self.request.retries < failures:
        raise HiccupError
    return key


class UnspeakableError(Exception):
    """Cannot even be shown."""

    def __str__(self) -> str:
        raise AttributeError("no message")


@shared_task(name="unspeakable", bind=True)
def unspeakable(self: Task, key: str) -> None:
    diary.write(self, "started", key)
    raise UnspeakableError(key)


@shared_task(name="no_utf8", bind=True)
def no_utf8(self: Task, key: str) -> None:
    """Fail over a file whose name is no UTF-8."""
    diary.write(self, "started", key)
    raise OSError(os.fsdecode(b"/movies/\xff.mkv"))


@shared_task(name="too_slow", bind=True)
def too_slow(self: Task, key: str) -> None:
    diary.write(self, "started", key)
    raise SoftTimeLimitExceeded("too slow")


@shared_task(name="broken", bind=True)
def broken(self: Task, key: str) -> None:
    diary.write(self, "started", key)
    raise ValueError(key)


@shared_task(
    name="backing_off",
    bind=True,
    autoretry_for=(HiccupError,),
    max_retries=3,
    retry_backoff=1,
    retry_jitter=False,
)
def backing_off(self: Task, key: str) -> None:
    raise HiccupError(key)


@shared_task(
    name="backing_off_apart",
    bind=True,
    autoretry_for=(HiccupError,),
    max_retries=1,
    retry_backoff=30,
    retry_jitter=True,
)
def backing_off_apart(self: Task, key: str) -> None:
    raise HiccupError(key)


@shared_task(name="hopeless", bind=True, max_retries=2)
def hopeless(self: Task, key: str) -> None:
    """Fail again and again, up to the limit."""
    diary.write(self, "started", key)
    try:
        raise ValueError(f"{key} at attempt {self.request.retries}")
    except ValueError as error:
        raise self.retry(exc=error, countdown=0.05) from error


@shared_task(name="retry_at_once", bind=True, max_retries=20, ignore_result=True)
def retry_at_once(self: Task, key: str, failures: int) -> str:
    diary.write(self, "started", key)
    if self.request.retries < failures:
        raise self.retry(countdown=0)
    diary.write(self, "done", key)
    return key


@shared_task(name="retry_behind", bind=True, max_retries=1)
def retry_behind(self: Task, key: str, gate: str) -> str:
    """Ask for another attempt once the file `gate` exists."""
    diary.write(self, "started", key)
    wait_for(gate)
    if self.request.retries == 0:
        raise self.retry(countdown=0)
    diary.write(self, "done", key)
    return key


@shared_task(name="needs", bind=True)
def needs(self: Task, key: str, path: str) -> str:
    """Fail as long as the file is not there."""
    diary.write(self, "started", key)
    if not Path(path).exists():
        raise FileNotFoundError(key)
    diary.write(self, "done", key)
    return key


@shared_task(name="reject", bind=True)
def reject(self: Task, key: str) -> None:
    diary.write(self, "started", key)
    raise Reject(f"{key} is not wanted", requeue=False)


@shared_task(name="ignore", bind=True)
def ignore(self: Task, key: str) -> None:
    diary.write(self, "started", key)
    raise Ignore("not today")


@shared_task(name="die_after_retry", bind=True, max_retries=5)
def die_after_retry(self: Task, key: str) -> str:
    """Kill the whole worker when a retry for later is published, before the attempt is settled."""
    diary.write(self, "started", key)
    if self.request.retries == 0:
        with contextlib.suppress(Retry):
            self.retry(countdown=3600)
        os.killpg(os.getpgid(0), signal.SIGKILL)
    diary.write(self, "done", key)
    return key


@shared_task(name="deadly", bind=True)
def deadly(self: Task, key: str, times: int) -> str:
    """Kill the pool process on the first `times` runs."""
    diary.write(self, "started", key)
    if diary.count("started", key) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    diary.write(self, "done", key)
    return key


@shared_task(name="hog", bind=True)
def hog(self: Task, key: str, megabytes: int) -> int:
    """Leave the pool process with a peak memory that it never gives back."""
    size = len(bytearray(os.urandom(1024)) * 1024 * megabytes)
    diary.write(self, "done", key)
    return size


@shared_task(name="last_words", bind=True)
def last_words(self: Task, key: str, victim: str) -> str:
    """Succeed, and have the process killed after the result is stored, before the ack."""
    diary.write(self, "done", key)
    return victim


@task_success.connect
def silence(sender: Task, result: Any, **_: object) -> None:
    if sender.name != "last_words":
        return
    if result == "worker":
        os.killpg(os.getpgid(0), signal.SIGKILL)
    if result == "pool process":
        os.kill(os.getpid(), signal.SIGKILL)

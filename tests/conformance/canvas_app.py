"""The application of the canvas tests, and of their worker (`celery -A canvas_app worker`)."""

import os
import time
from pathlib import Path
from typing import Any

from celery import Celery, Task


def add(x: int, y: int) -> int:
    return x + y


def double(x: int) -> int:
    return 2 * x


def total(numbers: list[int]) -> int:
    return sum(numbers)


def same(value: Any) -> Any:
    return value


def fail(*_: Any) -> None:
    raise ValueError("on purpose")


def again(self: Task) -> int:
    """Succeed when it is tried for the third time."""
    if self.request.retries < 2:
        raise self.retry(countdown=0.01)
    return int(self.request.retries)


def progress(self: Task, directory: str) -> str:
    """Tell a number, and the next one when a file of this name is there."""
    for number in range(3):
        self.update_state(state="PROGRESS", meta={"number": number})
        while not Path(directory, str(number)).exists():
            time.sleep(0.01)
    return "done"


def grow(self: Task, x: int) -> int:
    """Add a part to the chord that it is a part of."""
    self.add_to_chord(self.app.signature("double", (x,)))
    return x


def replaced(self: Task, x: int) -> None:
    raise self.replace(self.app.signature("double", (x,)))


def quiet(x: int) -> int:
    return x


def note(self: Task, failed: str, key: str) -> str:
    """Tell, as an errback, which task failed: by the result of a task `key`."""
    self.app.backend.store_result(key, failed, "SUCCESS")
    return failed


def create_app(broker: str, backend: str) -> Celery:
    app = Celery("canvas", broker=broker, backend=backend, set_as_current=False)
    app.conf.update(broker_connection_retry_on_startup=True, worker_prefetch_multiplier=1)
    options = {"shared": False, "lazy": False}
    for function in (add, double, total, same, fail):
        app.task(name=function.__name__, **options)(function)
    for function in (again, progress, grow, replaced, note):
        app.task(name=function.__name__, bind=True, **options)(function)
    app.task(name="quiet", ignore_result=True, **options)(quiet)
    return app


if "CANVAS_BROKER" in os.environ:
    app = create_app(os.environ["CANVAS_BROKER"], os.environ["CANVAS_BACKEND"])

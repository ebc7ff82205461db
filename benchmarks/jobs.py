"""The tasks that the measured workers run, on any broker."""

from time import sleep
from typing import Any

from billiard.process import current_process
from celery import Celery

from benchmarks.marks import Marks
from sqlite_transport.task import Task


def make_app(
    url: str, options: dict[str, Any], marks: Marks | None = None, results: str = ""
) -> Celery:
    """Make a Celery application with Celery's own defaults, but no results unless told where."""
    app = Celery("benchmarks", broker=url, backend=results or None, set_as_current=False)
    app.conf.update(
        broker_transport_options=dict(options),
        broker_connection_retry_on_startup=True,
        task_ignore_result=not results,
        task_serializer="json",
        accept_content=["json"],
    )

    @app.task(shared=False, name="bench.noop")
    def noop() -> None:
        if marks is not None:
            marks.count(current_process().index)

    @app.task(shared=False, name="bench.stamp")
    def stamp(number: int) -> None:
        if marks is not None:
            marks.stamp(number)

    @app.task(shared=False, name="bench.hold", acks_late=True, reject_on_worker_lost=True)
    def hold(seconds: float) -> None:
        if marks is not None:
            marks.count(current_process().index)
        sleep(seconds)

    @app.task(shared=False, name="bench.add")
    def add(x: int, y: int) -> int:
        if marks is not None:
            marks.count(current_process().index)
        return x + y

    @app.task(shared=False, name="bench.total")
    def total(numbers: list[int]) -> int:
        return sum(numbers)

    _add_senders_tasks(app)
    app.finalize()
    return app


def _add_senders_tasks(app: Celery) -> None:
    """Add the tasks that are only sent, one of them with all that a task can say of itself."""

    @app.task(shared=False, name="bench.plain")
    def plain(number: int) -> None: ...

    @app.task(
        shared=False, name="bench.unique", base=Task, unique="until_done", limit_on=("number",)
    )
    def unique(number: int) -> None: ...

"""An application on a file of its own, and its jobs as an operator sees them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from claimer import Claimer

from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs, open_jobs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "queue.db"


@pytest.fixture
def app(path: Path) -> Iterator[Celery]:
    app = Celery("films", set_as_current=False)
    app.conf.update(
        broker_url=f"sqlite:///{path}",
        task_default_priority=5,
        broker_transport_options={"durability": "normal"},
    )

    @app.task(name="scan", shared=False)
    def scan(*args: Any, **kwargs: Any) -> None: ...

    @app.task(name="publish", shared=False)
    def publish(*args: Any, **kwargs: Any) -> None: ...

    yield app
    app.pool.force_close_all()
    app.close()
    close_sessions()
    close_databases()


@pytest.fixture
def jobs(app: Celery) -> Jobs:
    return open_jobs(app)


@pytest.fixture
def claimers(app: Celery) -> Iterator[Callable[..., Claimer]]:
    opened: list[Claimer] = []

    def claimer(*queues: str, **options: Any) -> Claimer:
        opened.append(Claimer(app, *queues, **options))
        return opened[-1]

    yield claimer
    for each in opened:
        each.close()


@pytest.fixture
def send(app: Celery) -> Callable[..., None]:
    def send(task: str, *keys: str, **options: Any) -> None:
        for key in keys:
            app.send_task(task, (key,), **{"priority": 5, **options})

    return send

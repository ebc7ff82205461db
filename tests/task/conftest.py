"""An application on a file, with tasks of this package's class, and a worker for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from fixture_types import Rows, Working
from same_logging import same_logging

from sqlite_transport.database import open_database


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path.resolve() / "queue.db"
    yield path
    if path.exists():
        open_database(path).close()


def application(path: Path, **settings: object) -> Celery:
    url = f"sqlite:///{path}"
    app = Celery(
        "films",
        broker=url,
        backend=url,
        task_cls="sqlite_transport.task:Task",
        set_as_current=False,
    )
    app.conf.update(settings)
    # A task that is shared is one of the next test's application too.
    app.task = partial(app.task, shared=False)
    return app


@pytest.fixture
def app(path: Path) -> Iterator[Celery]:
    app = application(path)
    yield app
    app.close()


@pytest.fixture
def rows(path: Path) -> Rows:
    """Ask the file, over this process's own connection to it."""

    def rows(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return open_database(path).read(sql, parameters)

    return rows


@pytest.fixture
def working(app: Celery) -> Working:
    """A worker in a thread: `with working(): …`."""

    @contextmanager
    def working() -> Iterator[Any]:
        options = {"perform_ping_check": False, "pool": "solo", "shutdown_timeout": 60.0}
        with same_logging(), start_worker(app, **options) as worker:
            yield worker

    return working

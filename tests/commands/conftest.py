"""An application with a file of its own, and `celery jobs` called on it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.bin.base import CLIContext
from click.testing import CliRunner, Result

from sqlite_transport.commands import jobs
from sqlite_transport.database import open_database
from sqlite_transport.jobs import Jobs, open_jobs

Call = Callable[..., Result]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path.resolve() / "queue.db"
    yield path
    open_database(path).close()


@pytest.fixture
def app(path: Path) -> Iterator[Celery]:
    app = Celery(
        "films",
        broker=f"sqlite:///{path}",
        set_as_current=False,
        task_cls="sqlite_transport.task:Task",
    )

    @app.task(name="scan", shared=False)
    def scan(path: str, deep: bool = False) -> str:
        return path

    @app.task(name="publish", shared=False)
    def publish(path: str) -> str:
        return path

    yield app
    app.close()


@pytest.fixture
def api(app: Celery) -> Jobs:
    """The API beneath, to prepare and to check."""
    return open_jobs(app)


@pytest.fixture
def call(app: Celery) -> Call:
    """Call a verb as `celery -A films jobs …` does, without a terminal."""

    def call(*arguments: object, app: Celery = app) -> Result:
        context = CLIContext(app=app, no_color=False, workdir=None)
        result = CliRunner().invoke(jobs, [str(each) for each in arguments], obj=context)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def told(call: Call) -> Callable[..., Any]:
    """Call a verb with --json, which must be done, and return what it told."""

    def told(*arguments: object) -> Any:
        result = call(*arguments, "--json")
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return json.loads(result.stdout)

    return told

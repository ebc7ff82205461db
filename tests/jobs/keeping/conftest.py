"""Programs that are ended with the test; a backup, and a queue that is to be restored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from program import Program, running

from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs


@pytest.fixture
def run() -> Iterator[Callable[..., Program]]:
    """Start programs: `run(source, argument, …)`; they are killed when the test ends."""
    with running() as run:
        yield run


@pytest.fixture
def source(app: Celery, jobs: Jobs, tmp_path: Path) -> Path:
    """A backup with the jobs 1 to 3."""
    for number in range(3):
        app.send_task("scan", (number,))
    return jobs.backup(tmp_path / "monday.db").path


@pytest.fixture
def lost(jobs: Jobs, source: Path) -> Path:
    """The queue's path, with the file closed."""
    close_databases()
    return jobs.broker.database.path


@pytest.fixture
def queue(app: Celery, jobs: Jobs, path: Path) -> Path:
    """A file with a job, that nobody has open."""
    app.send_task("scan", (1,))
    close_databases()
    return path

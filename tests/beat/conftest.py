"""Beats on a file of their own, in this process, with a clock that the test sets."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clocked import Application, Beat, Clocked, clocked, scheduler_of

from sqlite_transport.beat import Scheduler
from sqlite_transport.broker import close_sessions
from sqlite_transport.database import close_databases, open_database
from sqlite_transport.jobs import Jobs, Schedule, open_jobs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "queue.db"


@pytest.fixture
def application(path: Path) -> Iterator[Application]:
    made: list[Clocked] = []

    def application(schedule: dict[str, Any], **settings: Any) -> Clocked:
        made.append(clocked(f"sqlite:///{path}", beat_schedule=schedule, **settings))
        return made[-1]

    yield application
    for app in made:
        app.pool.force_close_all()
        app.close()
    close_sessions()
    close_databases()


@pytest.fixture
def beat() -> Iterator[Beat]:
    """Begin a scheduler: its first tick has been."""
    made: list[Scheduler] = []

    def beat(app: Clocked) -> Scheduler:
        made.append(scheduler_of(app))
        made[-1].tick()
        return made[-1]

    yield beat
    for scheduler in made:
        scheduler.close()


@pytest.fixture
def jobs(application: Application) -> Jobs:
    return open_jobs(application({}))


@pytest.fixture
def sent(path: Path) -> Callable[[], list[str]]:
    """Return the names of the tasks in the file, in the order in which they were sent."""

    def sent() -> list[str]:
        rows = open_database(path).read("SELECT type FROM job WHERE transient = 0 ORDER BY id")
        return [row[0] for row in rows]

    return sent


@pytest.fixture
def end(path: Path) -> Callable[[], None]:
    """Have all jobs end."""

    def end() -> None:
        open_database(path).write(
            "UPDATE job SET status = 'completed', completed_at = ?, session = NULL", (1.0,)
        )

    return end


@pytest.fixture
def row(jobs: Jobs) -> Callable[[str], Schedule]:
    """Return an entry as an operator sees it."""

    def row(name: str) -> Schedule:
        (found,) = (each for each in jobs.schedules() if each.name == name)
        return found

    return row

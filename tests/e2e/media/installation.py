"""A media manager as a user installs it: a configuration file, a queue, real workers."""

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from celery import Celery

from media.library.database import Library
from media.phases import PhaseConfiguration
from sqlite_transport.jobs import open_jobs
from sqlite_transport.jobs.job import Job

from ..local.nursery import Nursery
from ..local.process import LocalProcess
from ..local.waiting import eventually

CHECKOUT = Path(__file__).parents[3]
# However slow the machine is: waiting ends when there is what is waited for.
PATIENCE = 300
HOUR = 3600


class Installation:
    """A directory with `media.toml` in it, the workers that run there, and a client."""

    def __init__(self, directory: Path, nursery: Nursery, variables: Mapping[str, str]) -> None:
        self.directory = directory
        self.nursery = nursery
        self.variables = dict(variables)
        self.library = Library(directory / "library.db")
        self.workers: list[LocalProcess] = []
        self.app = Celery("client", broker=f"sqlite:///{directory}/queue.db", set_as_current=False)
        self.app.conf.result_backend = self.app.conf.broker_url
        self.jobs = open_jobs(self.app)
        self.movies = directory / "movies"
        self.movies.mkdir()
        # A library that is empty would count as not mounted.
        (directory / "tv" / "Another").mkdir(parents=True)

    def configure(self, toml: str, libraries: str = "") -> None:
        """Write `media.toml`; libraries and mappings are those of this directory."""
        (self.directory / "media.toml").write_text(
            "webhook_window_seconds = 0\n"
            '[libraries]\nmovies = "movies"\ntv = { path = "tv", kind = "series" }\n'
            f"{libraries}\n"
            f'[path_mappings]\n"/movies" = "movies"\n"/tv" = "tv"\n{toml}'
        )

    def set(self, **values: Any) -> None:
        """Set keys of the phase configuration, a dot written as two underscores."""
        named = {f"phase.{name.replace('__', '.')}": value for name, value in values.items()}
        PhaseConfiguration(self.library).set(named)

    def start_worker(self, *arguments: str, **environment: str) -> LocalProcess:
        """Start `celery -A tasks worker`; returns when it consumes."""
        worker = self.start("worker", "--loglevel", "INFO", *arguments, **environment)
        self.workers.append(worker)
        eventually(
            lambda: " ready." in worker.logs_since_start(),
            PATIENCE,
            explain=worker.logs_since_start,
        )
        return worker

    def start(self, *arguments: str, **environment: str) -> LocalProcess:
        """Start `celery -A tasks …`, which goes on running."""
        command = [sys.executable, "-m", "celery", "-A", "tasks", *arguments]
        return self.nursery.start(
            arguments[0], command, self.directory, self.environment() | environment
        )

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("MEDIA_")}
        return (
            own
            | self.variables
            | {
                "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'tests'}",
                "CELERY_BROKER_URL": f"sqlite:///{self.directory}/queue.db",
            }
        )

    def send(self, task: str, payload: Any, priority: int = 5) -> str:
        """Send a job as another program does, by its name; returns its id."""
        sent = self.app.send_task(task, kwargs=payload, priority=priority, ignore_result=False)
        return str(sent.id)

    def result_of(self, job: Job) -> Any:
        return self.app.AsyncResult(job.task_id).result

    def settle(self) -> list[Job]:
        """Wait until there is nothing to do any more; returns the history, the oldest first."""
        eventually(lambda: not self.jobs.stats().total_active, PATIENCE, explain=self._why)
        return self.history()

    def put_off(self, jobs: Iterable[Job]) -> None:
        """Let those that wait for their next attempt wait until the test is over.

        Otherwise it comes to it on a machine that is slow.
        """
        for job in jobs:
            later = time.time() + HOUR
            if job.status == "scheduled" and job.due_at and job.due_at < later - HOUR / 2:
                self.jobs.update(job.id, due_at=later)

    def waiting(self) -> Sequence[Job]:
        return list(self.jobs.list(limit=50).items)

    def history(self) -> list[Job]:
        found: list[Job] = []
        after = None
        while True:
            page = self.jobs.history(limit=500, after=after)
            found += page.items
            after = page.next
            if after is None:
                return sorted(found, key=lambda job: int(job.id))

    def chain_of(self, root: str) -> list[Job]:
        """Wait for all that the job `root` set going; returns its jobs, the oldest first."""
        return [job for job in self.settle() if root in (job.root_id, job.task_id)]

    def tree(self) -> dict[str, bytes]:
        """Return every file of the library with its content."""
        root = self.directory / "movies"
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.app.close()

    def _why(self) -> str:
        waits = [(job.type, job.status, job.error, job.due_at) for job in self.waiting()]
        logs = "\n".join(worker.logs_since_start()[-6000:] for worker in self.workers)
        return f"{waits}\n{logs}"

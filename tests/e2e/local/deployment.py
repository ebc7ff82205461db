"""A broker, and the Celery programs that use it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from celery import Celery
from pytest_celery import CeleryTestBackend, CeleryTestBroker

from ..app.settings import SETTINGS
from .journal import Journal
from .nursery import PROGRAMS, Nursery
from .process import LocalProcess
from .waiting import PATIENCE
from .worker import LocalWorker, LocalWorkerContainer

Settings = Mapping[str, Any]
APP_HOME = Path(__file__).parents[1]


class Deployment:
    """One application on one broker: a producer here, workers and commands in processes.

    `settings` go to all of them, over those of `app/settings.py`.
    """

    def __init__(
        self,
        broker: CeleryTestBroker,
        backend: CeleryTestBackend,
        directory: Path,
        nursery: Nursery,
        settings: Settings | None = None,
    ) -> None:
        self.broker = broker
        self.backend = backend
        self.directory = directory
        self.nursery = nursery
        self.settings = dict(settings or {})
        self.journal = Journal(directory / "journal.jsonl")
        self.running: list[LocalProcess] = []
        self.app = Celery("e2e", set_as_current=False)
        self.app.config_from_object(
            {
                **SETTINGS,
                **self.settings,
                "imports": [],
                "broker_url": self.broker_url,
                "result_backend": backend.config()["url"],
            }
        )

    @property
    def broker_url(self) -> str:
        url: str = self.broker.config()["url"]
        return url

    def start_worker(
        self, *arguments: str, settings: Settings | None = None, ready: bool = True
    ) -> LocalWorker:
        """Start `celery worker` with these arguments (`--chatty`: with mingle and gossip)."""
        command = LocalWorkerContainer.command(*arguments)
        process = self._start("worker", command, settings or {})
        worker = LocalWorker(LocalWorkerContainer(process), self.app)
        if ready:
            worker.ready()
        return worker

    def start(
        self,
        *arguments: str,
        settings: Settings | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> LocalProcess:
        """Start `celery …`, which goes on running."""
        command = self.celery(*arguments)
        return self._start(arguments[0], command, settings or {}, environment or {})

    def run(
        self, *arguments: str, timeout: float = 2 * PATIENCE
    ) -> subprocess.CompletedProcess[str]:
        """Run `celery …` to its end."""
        return subprocess.run(
            self.celery(*arguments),
            cwd=self.directory,
            env=self.nursery.environment(self.environment({})),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def send(self, task: str, *args: object, **options: Any) -> str:
        """Publish a task; return its id."""
        task_id: str = self.app.send_task(task, args, **options).id
        return task_id

    def gate(self, name: str = "gate") -> Path:
        """Name a file that `hold` waits for."""
        return self.directory / name

    def celery(self, *arguments: str) -> list[str]:
        return [str(PROGRAMS / "celery"), "-A", "app", *arguments]

    def environment(self, settings: Settings) -> dict[str, str]:
        return {
            "PYTHONPATH": str(APP_HOME),
            "CELERY_BROKER_URL": self.broker_url,
            "CELERY_RESULT_BACKEND": self.backend.config()["url"],
            "E2E_JOURNAL": str(self.journal.path),
            "E2E_SETTINGS": json.dumps({**self.settings, **settings}),
        }

    def close(self) -> None:
        if self.broker_url.startswith("sqlite"):
            # On Redis this may wait for an answer that never comes, and no file is left there.
            self.app.pool.force_close_all()
        self.app.close()
        for process in self.running:
            process.kill()

    def _start(
        self,
        name: str,
        command: list[str],
        settings: Settings,
        extra: Mapping[str, str] | None = None,
    ) -> LocalProcess:
        environment = {**self.environment(settings), **(extra or {})}
        process = self.nursery.start(name, command, self.directory, environment)
        self.running.append(process)
        return process

"""Celery workers, as pytest-celery's nodes."""

import sys
from typing import Any

import psutil
from pytest_celery import CeleryTestWorker, CeleryWorkerContainer

from .hearing import hears
from .process import LocalProcess
from .waiting import PATIENCE, eventually


class LocalWorkerContainer(CeleryWorkerContainer):
    """A worker's process tree."""

    _container: LocalProcess

    @classmethod
    def command(cls, *args: str, **_: Any) -> list[str]:
        """The worker's command line: pytest-celery's own, run by this interpreter.

        Talking to other workers costs every start a second of waiting, so it
        is off unless asked for.
        """
        quiet = [] if "--chatty" in args else ["--without-gossip", "--without-mingle"]
        own = [arg for arg in args if arg != "--chatty"]
        return [sys.executable, "-m", *super().command(*quiet, *own)]

    @classmethod
    def worker_name(cls) -> str:
        return "worker"

    @property
    def process(self) -> LocalProcess:
        return self._container

    def ready(self) -> bool:
        """Wait until this start of the worker consumes, and hears what all are told."""
        eventually(self._started, explain=self._container.logs_since_start)
        url = self._container.environment["CELERY_BROKER_URL"]
        eventually(lambda: hears(self._container.pid, url))
        return True

    def _started(self) -> bool:
        assert self.status == "running", self._container.logs_since_start()
        return f"{self.ready_prompt}\n" in self._container.logs_since_start()


class LocalWorker(CeleryTestWorker):
    """A worker node that can be asked for its processes."""

    container: LocalWorkerContainer

    @property
    def process(self) -> LocalProcess:
        return self.container.process

    def pool(self) -> list[psutil.Process]:
        """The processes of a prefork pool."""
        return self.process.children()

    def wait_for_log(self, log: str, message: str = "", timeout: float = PATIENCE) -> None:
        eventually(lambda: log in self.logs(), timeout, explain=lambda: f"{log!r} in {self.logs()}")

    def assert_log_exists(self, log: str, message: str = "", timeout: float = PATIENCE) -> None:
        self.wait_for_log(log, message, timeout)

    def teardown(self) -> None:
        self.kill()

"""What became of the jobs of a worker in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SECONDS = 60


@dataclass
class Outcomes:
    """How the jobs of the worker ended, in order: (task name, result or exception)."""

    ended: list[tuple[str, Any]] = field(default_factory=list)
    retried: list[tuple[str, Any]] = field(default_factory=list)

    def of(self, name: str, count: int = 1) -> list[Any]:
        """Wait for `count` jobs of the task `name` to end; returns how they did."""
        return self._wait(lambda: [end for task, end in self.ended if task == name], count)

    def retries_of(self, name: str, count: int = 1) -> list[Any]:
        """Wait for the task `name` to be tried again `count` times; returns why."""
        return self._wait(lambda: [why for task, why in self.retried if task == name], count)

    def _wait(self, found: Callable[[], list[Any]], count: int) -> list[Any]:
        deadline = time.monotonic() + SECONDS
        while len(found()) < count:
            assert time.monotonic() < deadline, (self.ended, self.retried)
            time.sleep(0.02)
        return found()

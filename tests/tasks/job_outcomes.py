"""What became of the jobs of a worker in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SECONDS = 300


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
        _wait_until(lambda: len(found()) >= count, lambda: (self.ended, self.retried))
        return found()


@dataclass
class Traffic:
    """How many jobs were sent, and how many attempts at one have ended.

    A job sends the next one before it ends itself, and one that is tried again is sent again:
    when the two are equal there is nothing left to do.
    """

    sent: int = 0
    ended: int = 0

    def settle(self) -> None:
        """Wait until there is nothing left to do."""
        _wait_until(lambda: self.ended >= self.sent, lambda: self)


def _wait_until(condition: Callable[[], bool], explain: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.02)

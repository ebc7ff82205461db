"""Wait for what will be true, up to a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 180.0


def eventually(
    condition: Callable[[], Found],
    timeout: float = PATIENCE,
    interval: float = 0.02,
    explain: Callable[[], object] | None = None,
) -> Found:
    """Return the condition's first true value; fail when `timeout` seconds bring none."""
    deadline = time.monotonic() + timeout
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            detail = f": {explain()}" if explain else f", last {found!r}"
            raise AssertionError(f"not within {timeout} s{detail}")
        time.sleep(interval)


def never(condition: Callable[[], object], within: float = 0.5) -> None:
    """Fail when the condition becomes true in the next `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = condition()
        assert not found, f"unexpected: {found!r}"
        time.sleep(0.02)

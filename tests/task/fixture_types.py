"""What the fixtures of this directory give."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

#: Asks the file.
Rows = Callable[..., list[tuple[Any, ...]]]

#: A worker in a thread, as a context manager.
Working = Callable[[], AbstractContextManager[Any]]

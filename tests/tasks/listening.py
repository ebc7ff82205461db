"""Listen to a Celery signal for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def listening(signal: Any, receiver: Callable[..., None]) -> Iterator[None]:
    """Call `receiver` at each `signal` meanwhile.

    Not by a weak reference: one that has died makes Celery 5.6 put a new list in the place
    of the receivers', and what sends messages goes on with the old one.
    """
    signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        signal.disconnect(receiver)

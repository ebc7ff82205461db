"""How long a player is waited for."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """The pauses between two looks, from the first to the longest, and the bounds, in seconds.

    scan_seconds: for a scan or a clean to end. verify_seconds: until the library
    then shows what it should.
    """

    first_pause: float = 0.1
    longest_pause: float = 5.0
    scan_seconds: float = 300.0
    verify_seconds: float = 5.0

    def until(self, seconds: float, reached: Callable[[], bool]) -> bool:
        """Look again and again, at growing intervals, for `seconds` at most.

        Returns whether `reached` was true in the end.
        """
        return any(reached() for _look in self._looks(seconds))

    def _looks(self, seconds: float) -> Iterator[None]:
        pause, deadline = self.first_pause, time.monotonic() + seconds
        yield None
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            yield None
            pause = min(pause * 2, self.longest_pause)

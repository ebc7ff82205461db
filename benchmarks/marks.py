"""What the tasks of a worker tell the benchmark, through shared memory.

A mark costs a task about a microsecond and no system call. The clock is
`time.monotonic()`, which all processes of a Linux machine share.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from time import monotonic, sleep

SLOTS = 64
POLL_SECONDS = 0.005

_READY = Struct("d")
_SLOT = Struct("Qdd")
_STAMP = Struct("d")
_SLOTS_AT = _READY.size
_STAMPS_AT = _SLOTS_AT + SLOTS * _SLOT.size


@dataclass(frozen=True)
class Span:
    """So many tasks ran between these two moments."""

    tasks: int
    first: float
    last: float

    @property
    def rate(self) -> float:
        """Tasks per second, from the start of the first to the start of the last."""
        return (self.tasks - 1) / (self.last - self.first) if self.last > self.first else 0.0


class Marks:
    """A file mapped into the benchmark, the worker and its children.

    Each child counts in a slot of its own, so no lock is needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    @classmethod
    def create(cls, path: Path, stamps: int = 0) -> "Marks":
        """Make the file, with room for so many stamps."""
        path.write_bytes(bytes(_STAMPS_AT + stamps * _STAMP.size))
        return cls(path)

    def ready(self) -> None:
        """Note that the worker is up."""
        _READY.pack_into(self._map, 0, monotonic())

    def count(self, slot: int) -> None:
        """Note that one more task has started in the child of this slot."""
        at = _SLOTS_AT + slot % SLOTS * _SLOT.size
        now = monotonic()
        tasks, first, _ = _SLOT.unpack_from(self._map, at)
        _SLOT.pack_into(self._map, at, tasks + 1, first or now, now)

    def stamp(self, number: int) -> None:
        """Note that the task of this number has started."""
        _STAMP.pack_into(self._map, _STAMPS_AT + number * _STAMP.size, monotonic())

    def stamped(self, number: int) -> float | None:
        """When the task of this number started, or None."""
        moment: float = _STAMP.unpack_from(self._map, _STAMPS_AT + number * _STAMP.size)[0]
        return moment or None

    def span(self) -> Span:
        """All counted tasks together."""
        slots = [
            _SLOT.unpack_from(self._map, _SLOTS_AT + slot * _SLOT.size) for slot in range(SLOTS)
        ]
        used = [slot for slot in slots if slot[0]]
        if not used:
            return Span(0, 0.0, 0.0)
        return Span(
            sum(tasks for tasks, _, _ in used),
            min(first for _, first, _ in used),
            max(last for _, _, last in used),
        )

    def wait_ready(self, seconds: float) -> bool:
        """Wait until the worker is up, at most so long."""
        deadline = monotonic() + seconds
        while _READY.unpack_from(self._map, 0)[0] == 0.0:
            if monotonic() >= deadline:
                return False
            sleep(POLL_SECONDS)
        return True

    def wait_count(self, tasks: int, seconds: float) -> Span:
        """Wait until so many tasks have started, at most so long."""
        deadline = monotonic() + seconds
        while (span := self.span()).tasks < tasks and monotonic() < deadline:
            sleep(POLL_SECONDS * 4)
        return span

    def wait_stamp(self, number: int, seconds: float) -> float | None:
        """Wait until the task of this number has started, at most so long."""
        deadline = monotonic() + seconds
        while (moment := self.stamped(number)) is None and monotonic() < deadline:
            sleep(POLL_SECONDS)
        return moment

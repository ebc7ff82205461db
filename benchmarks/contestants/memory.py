"""kombu's `memory://`: what kombu costs without any broker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kombu.transport import memory

from benchmarks.contestants import Broker, Contestant


class Memory(Contestant):
    """One process only: its queues are a dictionary of the class."""

    name = "memory"

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Forget all queues before and after."""
        self._clear()
        try:
            yield Broker(self.name, "memory://", directory)
        finally:
            self._clear()

    @staticmethod
    def _clear() -> None:
        memory.Channel.queues.clear()
        memory.Transport.global_state.clear()

"""kombu's `filesystem://`: one file per message, never synced."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants import Broker, Contestant


class Filesystem(Contestant):
    """Lists the whole directory for every message it takes: short queues only."""

    name = "filesystem"
    backlog = 500

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Messages and exchanges each in a directory below the given one."""
        messages, control, processed = (
            directory / name for name in ("messages", "control", "processed")
        )
        for path in (messages, control, processed):
            path.mkdir()
        options = {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "processed_folder": str(processed),
            "store_processed": True,
        }
        yield Broker(self.name, "filesystem://", directory, options)

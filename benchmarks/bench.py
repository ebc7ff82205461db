"""The run a figure measures in: who takes part, where, and how much."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contestants import Broker, Contestant
from benchmarks.samples import Skip
from benchmarks.size import Size


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark."""

    directory: Path
    size: Size
    contestants: dict[str, Contestant]

    def absent(self, *names: str) -> Iterator[Skip]:
        """Which of the named contestants cannot take part, and why."""
        for name in names:
            reason = self._missing(name)
            if reason is not None:
                yield Skip(name, reason)

    def present(self, *names: str) -> list[Contestant]:
        """Those of the named contestants that can take part, in that order."""
        return [self.contestants[name] for name in names if self._missing(name) is None]

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Make a directory that is gone afterwards, on the disk that is measured."""
        with TemporaryDirectory(dir=self.directory, ignore_cleanup_errors=True) as path:
            yield Path(path)

    @contextmanager
    def arena(self, contestant: Contestant) -> Iterator[Broker]:
        """Give an empty broker of this contestant, with a directory of its own."""
        with self.scratch() as directory, contestant.arena(directory) as broker:
            yield broker

    def say(self, line: str) -> None:
        """Tell the person who waits what is going on."""
        print(line, file=sys.stderr, flush=True)

    def _missing(self, name: str) -> str | None:
        if name not in self.contestants:
            return "not in this run"
        return self.contestants[name].missing()

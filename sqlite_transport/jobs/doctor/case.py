"""The file that is examined, as the checks see it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_transport.broker import known_broker
from sqlite_transport.liveness import Liveness


@dataclass(frozen=True)
class Case:
    """A file, the connection that reads it, whether nobody else has it open, how thorough to be."""

    path: Path
    connection: Any
    at_rest: bool
    deep: bool
    now: float = field(default_factory=time.time)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        rows: list[tuple[Any, ...]] = self.connection.execute(sql, parameters).fetchall()
        return rows

    def one(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of the first row."""
        return self.rows(sql, parameters)[0][0]

    def beside(self, ending: str) -> Path:
        """Return a side file's path."""
        return self.path.with_name(self.path.name + ending)

    def is_dead(self, session: int) -> bool:
        """Tell whether a session's process has gone; the lock file is not made for that."""
        if not self.beside("-live").exists():
            return True
        broker = known_broker(self.path)
        liveness = _liveness(self.path) if broker is None else broker.liveness
        return liveness.is_dead(session)


_opened: dict[Path, Liveness] = {}


def _liveness(path: Path) -> Liveness:
    """Return one for each file, kept: closing one would drop the locks of this process."""
    return _opened.setdefault(path, Liveness(path))


def ago(seconds: float) -> str:
    """Return an age as a person reads it."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def size(count: float) -> str:
    """Return bytes as a person reads them."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} bytes"

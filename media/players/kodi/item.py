"""A movie or a series that Kodi knows."""

from dataclasses import dataclass
from pathlib import Path

from media.disk import exists


@dataclass(frozen=True)
class Item:
    """One of Kodi's by its id, which the next refresh may change.

    `files` are its local files: several for a movie in parts, the directory for a series.
    """

    id: int
    files: tuple[Path, ...]

    @property
    def is_there(self) -> bool:
        """Whether any of its files is on the disk; raises as `media.disk.exists` does."""
        return any(exists(file) for file in self.files)

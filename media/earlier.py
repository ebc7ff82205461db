"""What the library knew of a movie's directory before it is scanned: plain values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from media.movie import FileRole, FoundFile, StoredFile


class Standing(StrEnum):
    """How a file that we published stands now."""

    OURS = "ours"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True)
class Published:
    """A file that we published, as we wrote it; `sha256` is of its whole content."""

    stored: StoredFile
    kind: str
    sha256: str


@dataclass(frozen=True)
class Earlier:
    """The files of the movie, and those of them that we published, by relative path.

    `directory` is where the library knew the movie to be: elsewhere, if it was moved
    since. Both are None for a movie that is new.
    """

    movie_id: int | None = None
    directory: Path | None = None
    files: Mapping[str, FoundFile] = field(default_factory=dict)
    published: Mapping[str, Published] = field(default_factory=dict)

    def unchanged(self, file: StoredFile) -> FoundFile | None:
        """Return what was found of `file` if its size and mtime are those of then."""
        before = self.files.get(file.relative_path)
        return before if before and before.stored == file else None

    def nfos(self) -> list[StoredFile]:
        """Return the NFOs that were there and could be read."""
        found = self.files.values()
        return [f.stored for f in found if f.role is FileRole.NFO and f.content_hash]

"""What a run was about to write, for the next one, should it be killed.

The library hears of files when they are there. Between the two they would look like
somebody else's; the journal, a file beside the library database, tells.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from media.atomic_file import sync_directory
from media.errors import LibraryDatabaseError


@dataclass
class Journal:
    """The files that the runs since the last recorded one have written, in `path`.

    Every method raises `LibraryDatabaseError` when the disk fails.
    """

    path: Path
    _noted: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def opened(cls, path: Path, recorded_at: datetime | None) -> "Journal":
        """Read what a killed run has left, which is mostly nothing.

        What was noted before the library was told last, at `recorded_at`, it knows.
        """
        journal = cls(path)
        with journal._disk():
            lines = path.read_bytes().split(b"\n") if path.exists() else []
        for line in lines:
            noted = _read(line)
            if noted and (recorded_at is None or noted[2] > recorded_at):
                journal._noted.add(noted[:2])
        return journal

    def has(self, relative: str, sha256: str) -> bool:
        """Whether it is noted that this content was to be written under this name."""
        return (relative, sha256) in self._noted

    def names(self, relative: str) -> bool:
        """Whether it is noted that anything was to be written under this name."""
        return any(name == relative for name, _sha256 in self._noted)

    def note(self, relative: str, sha256: str) -> None:
        """Bring to the disk that this is going to be written."""
        if self.has(relative, sha256):
            return
        with self._disk():
            is_new = not self.path.exists()
            with self.path.open("ab") as file:
                line = [relative, sha256, datetime.now(UTC).isoformat()]
                # Behind one that a full disk or a power cut has left half.
                file.write(b"\n" + json.dumps(line).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_directory(self.path.parent)
        self._noted.add((relative, sha256))

    def clear(self) -> None:
        """Forget it all, since the library knows."""
        with self._disk():
            self.path.unlink(missing_ok=True)
        self._noted.clear()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LibraryDatabaseError(f"cannot use {self.path}: {error.strerror}") from error


def _read(line: bytes) -> tuple[str, str, datetime] | None:
    """Return what a line says, None for one that is not whole: its file was not written yet."""
    try:
        relative, sha256, noted_at = json.loads(line)
        return str(relative), str(sha256), datetime.fromisoformat(noted_at)
    except (ValueError, TypeError):
        return None

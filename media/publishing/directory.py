"""A movie's directory on the disk, as publishing sees and changes it.

Links are never followed: one that lies where a file of ours would go is somebody
else's file, and nothing is written into a directory that is one.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from media.asset_kinds import ACTORS_DIRECTORY
from media.atomic_file import is_leftover, sync_directory, write_atomically, writing
from media.disk import reading, status_of
from media.errors import StillCopyingError, UnwritableDirectoryError
from media.movie import StoredFile
from media.scan.content_hash import whole_hash

_MOST_ASIDE = 1000


@dataclass
class MovieDirectory:
    """The files at the top of `path` and in its `.actors`.

    Nothing is remembered from one look to the next: managers and players write here too,
    mostly at the same moment, since the same import set them going.
    """

    path: Path

    def files(self, below: str = ".") -> list[str]:
        """Return the relative paths of all that is in the directory itself or in `below`."""
        return sorted(self._list(below))

    def actual(self, relative: str) -> str | None:
        """Return how the name is really spelled on the disk, None when it is not there."""
        wanted = relative.casefold()
        same = [one for one in self.files(_parent(relative)) if one.casefold() == wanted]
        return relative if relative in same else next(iter(same), None)

    def stored(self, relative: str) -> StoredFile | None:
        """Return size and time of a file, None for what is no plain file or is not there."""
        status = self._status(relative)
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        return StoredFile(relative, status.st_size, status.st_mtime_ns)

    def is_taken(self, relative: str) -> bool:
        """Whether there is anything at all of that name."""
        return self._status(relative) is not None

    def sha256(self, relative: str) -> str:
        """Return the SHA-256 of a plain file's content, in hexadecimal digits."""
        return whole_hash(self.path / relative)

    def read(self, relative: str, max_bytes: int) -> bytes:
        """Return a file's content, at most one byte more than `max_bytes`."""
        path = self.path / relative
        with reading(path), path.open("rb") as file:
            return file.read(max_bytes + 1)

    def can_hold(self, relative: str) -> bool:
        """Whether what the name lies in is a directory of the movie's own, or can become one."""
        parent = _parent(relative)
        status = self._status(parent) if parent != "." else None
        return status is None or stat.S_ISDIR(status.st_mode)

    def write(
        self, relative: str, content: bytes | Path, replaced: StoredFile | None
    ) -> StoredFile:
        """Write a file in place of `replaced`, None for nothing.

        Raises what `write_atomically` does, and `StillCopyingError` if something else has come
        there meanwhile, which stays.
        """
        path = self.path / relative
        if _parent(relative) != "." and not self.is_taken(_parent(relative)):
            with writing(path):
                path.parent.mkdir(exist_ok=True)
                sync_directory(self.path)
        write_atomically(path, content, lambda: self._ensure_still(relative, replaced))
        with reading(path):
            status = path.lstat()
        return StoredFile(relative, status.st_size, status.st_mtime_ns)

    def set_aside(self, relative: str) -> str:
        """Give a file, or a link, a name that no player reads, and return that.

        A plain file is copied, so that its name never is without one; a copy left by a
        run that was killed serves again. Raises `UnwritableDirectoryError`.
        """
        is_plain = self.stored(relative) is not None
        content = self.sha256(relative) if is_plain else None
        for number in range(1, _MOST_ASIDE):
            aside = f"{relative}.orig{number if number > 1 else ''}"
            if content and self.stored(aside) and self.sha256(aside) == content:
                return aside
            if not self.is_taken(aside):
                self._put_aside(relative, aside, is_plain)
                return aside
        raise UnwritableDirectoryError(f"there are too many copies of {self.path / relative}")

    def remove(self, relative: str) -> None:
        """Take a file away, and `.actors` with its last one."""
        path = self.path / relative
        with writing(path):
            path.unlink(missing_ok=True)
            sync_directory(path.parent)
        if _parent(relative) == ACTORS_DIRECTORY:
            with suppress(OSError):
                path.parent.rmdir()

    def remove_leftovers(self) -> None:
        """Take away the temporary files of runs that were killed."""
        for below in (".", ACTORS_DIRECTORY):
            for relative in self.files(below):
                if is_leftover(PurePosixPath(relative).name):
                    self.remove(relative)

    def is_same(self, one: str, other: str) -> bool:
        """Whether two names are the same file, as where their case does not count."""
        first, second = self._status(one), self._status(other)
        return first is not None and second is not None and os.path.samestat(first, second)

    def _ensure_still(self, relative: str, replaced: StoredFile | None) -> None:
        if self.is_taken(relative) and self.stored(relative) != replaced:
            raise StillCopyingError(
                f"somebody wrote {self.path / relative} while it was being published"
            )

    def _put_aside(self, relative: str, aside: str, is_plain: bool) -> None:
        if is_plain:
            self.write(aside, self.path / relative, None)
            return
        with writing(self.path / aside):
            (self.path / relative).rename(self.path / aside)
            sync_directory((self.path / aside).parent)

    def _list(self, below: str) -> Iterator[str]:
        directory = self.path / below
        if below != "." and not stat.S_ISDIR(self._mode(below)):
            return
        with reading(directory):
            names = [entry.name for entry in os.scandir(directory)]
        yield from (name if below == "." else f"{below}/{name}" for name in names)

    def _mode(self, relative: str) -> int:
        status = self._status(relative)
        return status.st_mode if status else 0

    def _status(self, relative: str) -> os.stat_result | None:
        return status_of(self.path / relative)


def _parent(relative: str) -> str:
    return str(PurePosixPath(relative).parent)

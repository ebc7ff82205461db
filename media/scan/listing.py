"""List directories as a scan sees them: nothing that is ignored or leads out of the library."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from media.disk import reading
from media.errors import LibraryUnavailableError
from media.movie import StoredFile
from media.scan.rules import ScanRules
from media.scan.temporaries import is_being_published, is_set_aside, is_temporary

IGNORED_DIRECTORIES = frozenset({"@eadir", "lost+found", "#recycle", "@recycle", "$recycle.bin"})
IGNORED_FILES = frozenset({"thumbs.db", "desktop.ini"})
MAX_DEPTH = 3


@dataclass(frozen=True)
class Listed:
    """What one directory directly holds: its files by name, and its directories' names."""

    files: tuple[StoredFile, ...]
    directories: tuple[str, ...]


@dataclass
class Lister:
    """Lists directories of one library; `warnings` says what was left out and why.

    Links to directories are never followed: where they lead to within the library,
    the directory is found by itself. A link to a file counts as the file unless
    it leads out of the library.
    """

    rules: ScanRules
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._root_length = len(str(self.rules.root))

    def list(self, directory: str) -> Listed:
        """List one directory.

        Raises `UnreadableFileError` when it may not be listed, `StillCopyingError`
        when something in it vanished meanwhile, and `LibraryUnavailableError` when
        the disk fails or a link within the library leads into nothing.
        """
        files: list[StoredFile] = []
        directories: list[str] = []
        with reading(Path(directory)):
            entries = list(os.scandir(directory))
        for entry in entries:
            if self._is_ignored(entry):
                continue
            with reading(Path(entry.path)):
                if entry.is_dir(follow_symlinks=False):
                    directories.append(entry.name)
                elif self._is_file(entry):
                    status = entry.stat()
                    files.append(StoredFile(entry.name, status.st_size, status.st_mtime_ns))
        return Listed(tuple(files), tuple(directories))

    def files_below(self, directory: str, listed: Listed | None = None) -> Iterator[StoredFile]:
        """Yield the files of `directory` and up to three levels below, paths relative to it.

        `listed` is what the directory itself holds, where the caller knows it.
        Raises what `list` raises: a part that cannot be seen must not look deleted.
        """
        return self._below(directory, "", listed or self.list(directory), MAX_DEPTH)

    def _below(
        self, directory: str, prefix: str, listed: Listed, depth: int
    ) -> Iterator[StoredFile]:
        for file in listed.files:
            yield replace(file, relative_path=prefix + file.relative_path) if prefix else file
        for name in listed.directories if depth else ():
            path = f"{directory}/{name}"
            yield from self._below(path, f"{prefix}{name}/", self.list(path), depth - 1)

    def _is_ignored(self, entry: os.DirEntry[str]) -> bool:
        name = entry.name
        lowered = name.lower()
        if name.startswith(".") and (not is_temporary(name) or is_being_published(name)):
            return True
        if is_set_aside(name) or lowered in IGNORED_FILES or lowered in IGNORED_DIRECTORIES:
            return True
        if self.rules.ignored.match(self._relative(entry.path)):
            return True
        if not _is_unicode(name):
            self._leave_out(entry.path, "its name is not Unicode")
            return True
        return False

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        """Whether it is a file, or a link to one of the same library."""
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        if not self.rules.holds(entry.path):
            self._leave_out(entry.path, "it links out of the library")
            return False
        try:
            return stat.S_ISREG(entry.stat().st_mode)
        except FileNotFoundError as error:
            raise LibraryUnavailableError(f"{entry.path} links to what is not there") from error
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            self._leave_out(entry.path, "it links to itself")
            return False

    def _leave_out(self, path: str, why: str) -> None:
        self.warnings.append(f"left out {self._relative(path)!r}: {why}")

    def _relative(self, path: str) -> str:
        return path[self._root_length :].lstrip("/")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

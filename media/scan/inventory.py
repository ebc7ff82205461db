"""List a movie's directory: every file that could belong to the movie."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media.disk import is_directory, reading
from media.errors import LibraryUnavailableError, MovieDirectoryMissingError
from media.movie import StoredFile
from media.scan.temporaries import is_temporary

IGNORED_DIRECTORIES = frozenset({"@eadir", "lost+found", "#recycle", "@recycle", "$recycle.bin"})
IGNORED_FILES = frozenset({"thumbs.db", "desktop.ini"})
MAX_DEPTH = 3


@dataclass(frozen=True)
class Inventory:
    """The files below `directory`, by relative path, and what was left out."""

    directory: Path
    files: tuple[StoredFile, ...]
    warnings: tuple[str, ...] = ()

    def path_of(self, file: StoredFile) -> Path:
        """Return where `file` is on the disk."""
        return self.directory / file.relative_path


def take_inventory(directory: Path) -> Inventory:
    """List `directory` and its subdirectories, hidden ones and links to directories left out.

    Raises `MovieDirectoryMissingError` when it is not there. A part that cannot
    be seen must not look deleted: when any part may not be listed that is an
    `UnreadableFileError`, and a link into nothing a `LibraryUnavailableError`.
    """
    if not is_directory(directory):
        raise MovieDirectoryMissingError(f"the movie's directory {directory} is not there")
    files: list[StoredFile] = []
    warnings: list[str] = []
    for path in _walk(directory, MAX_DEPTH):
        relative = path.relative_to(directory).as_posix()
        if _is_unicode(relative):
            files.append(_look_at(path, relative))
        else:
            warnings.append(f"left out {relative!r}: its name is not Unicode")
    files.sort(key=lambda file: file.relative_path)
    return Inventory(directory, tuple(files), tuple(warnings))


def _walk(directory: Path, depth: int) -> Iterator[Path]:
    with reading(directory):
        entries = list(os.scandir(directory))
    for entry in entries:
        if _is_ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth and entry.name.lower() not in IGNORED_DIRECTORIES:
                yield from _walk(Path(entry.path), depth - 1)
        elif entry.is_file():
            yield Path(entry.path)
        elif entry.is_symlink() and not is_directory(Path(entry.path)):
            raise LibraryUnavailableError(f"{entry.path} links to what is not there")


def _is_ignored(name: str) -> bool:
    hidden = name.startswith(".") and not is_temporary(name)
    return hidden or name.lower() in IGNORED_FILES


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _look_at(path: Path, relative: str) -> StoredFile:
    with reading(path):
        status = path.stat()
    return StoredFile(relative, status.st_size, status.st_mtime_ns)

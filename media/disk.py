"""What a failure of the disk means, said once for all who read from it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media.errors import LibraryUnavailableError, StillCopyingError, UnreadableFileError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the operating system's errors on `path` into the services' own.

    No permission is lasting; a file that vanished means that somebody is still
    at work there; everything else (I/O error, stale handle) is the disk's.
    """
    try:
        yield
    except PermissionError as error:
        raise UnreadableFileError(f"cannot read {path}: permission denied") from error
    except FileNotFoundError as error:
        raise StillCopyingError(f"{path} vanished while it was being read") from error
    except OSError as error:
        raise LibraryUnavailableError(f"cannot read {path}: {error.strerror}") from error


def status_of(path: Path) -> os.stat_result | None:
    """Return the status of what is at `path`, of a link its own; None where nothing is."""
    with reading(path):
        try:
            return path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None


def exists(path: Path) -> bool:
    """Whether anything is at `path`, links followed. A disk that fails is no absence."""
    with reading(path):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def is_directory(path: Path) -> bool:
    """Whether `path` is there and a directory.

    Unlike `Path.is_dir` it does not take a disk that fails for an absence.
    """
    with reading(path):
        try:
            return stat.S_ISDIR(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False

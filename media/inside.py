"""Keep paths within a library: no symbolic link leads out of it."""

import errno
import os
import stat
from pathlib import Path

from media.disk import reading
from media.errors import InvalidPathError, OutsideLibraryError


def resolve_inside(path: Path, root: Path) -> Path:
    """Return where `path` really is, with every symbolic link followed.

    `root` may be a link itself; what lies below it may be links only to what is
    below it too. `path` need not exist. Links can change after the answer, so ask
    just before using it.

    Raises:
        InvalidPathError: `path` is relative, climbs with `..` or is too long.
        OutsideLibraryError: it is not in `root`, or a link on its way leads out of it.
        UnreadableFileError: a directory on its way may not be read.
        LibraryUnavailableError: the disk fails.
    """
    if not path.is_absolute() or ".." in path.parts or "\0" in str(path):
        raise InvalidPathError(f"{str(path)!r} is not an absolute path without '..'")
    if not path.is_relative_to(root):
        raise OutsideLibraryError(f"{path} is not in {root}")
    home, real = Path(os.path.realpath(root)), Path(os.path.realpath(path))
    if not real.is_relative_to(home):
        raise OutsideLibraryError(f"{path} leads out of {root}, to {real}: a symbolic link")
    _ensure_followed(path, real, home)
    return real


def _ensure_followed(path: Path, real: Path, home: Path) -> None:
    """Raise if a link is left on the way to `real`: one in a circle, or on a failing disk."""
    at = home
    for name in real.relative_to(home).parts:
        at /= name
        mode = _mode(at)
        if mode is None:
            return
        if stat.S_ISLNK(mode):
            raise OutsideLibraryError(f"{path} leads nowhere: {at} is a link in a circle")


def _mode(path: Path) -> int | None:
    with reading(path):
        try:
            return path.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise InvalidPathError(f"{str(path)!r} is too long for this disk") from error
            raise

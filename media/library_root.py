"""Tell the library from the empty directory that it is mounted on.

A disk that is not mounted must never look like movies that were deleted. A
root counts as there when it exists, holds something, holds the anchor file if
one is asked for, and is a mount point if it was one before. A device number
alone proves nothing, for it may change with every boot: when it changed, some
movie that the library knows must still be there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from media.disk import is_directory, reading
from media.errors import LibraryUnavailableError, OutsideLibraryError


@dataclass(frozen=True)
class RootState:
    """What a library root stands on."""

    device: int
    is_mount_point: bool


def root_of(directory: Path, roots: Iterable[Path]) -> Path:
    """Return the innermost library root that holds `directory`.

    Raises `OutsideLibraryError` when none does or `directory` is a root itself.
    """
    if ".." in directory.parts or not directory.is_absolute():
        raise OutsideLibraryError(f"{directory} is not an absolute path without '..'")
    roots = list(roots)
    if directory in roots:
        raise OutsideLibraryError(f"{directory} is a library root, not a movie's directory")
    holding = [root for root in roots if directory.is_relative_to(root)]
    if not holding:
        raise OutsideLibraryError(f"no mapping for path {str(directory)!r}: no library root has it")
    return max(holding, key=lambda root: len(root.parts))


def inspect_root(root: Path, anchor: str = "") -> RootState:
    """Look at `root` as it is now; raises `LibraryUnavailableError` if it is not there."""
    if not is_directory(root):
        raise LibraryUnavailableError(f"library root {root} is missing: is its disk mounted?")
    with reading(root):
        visible = any(not entry.name.startswith(".") for entry in root.iterdir())
        device = root.stat().st_dev
    if not visible:
        raise LibraryUnavailableError(f"library root {root} is empty: is its disk mounted?")
    if anchor and not (root / anchor).exists():
        raise LibraryUnavailableError(
            f"library root {root} lacks its anchor file {anchor!r}: is its disk mounted?"
        )
    return RootState(device, root.is_mount())


def ensure_same_disk(
    root: Path, now: RootState, before: RootState | None, known_movies: Iterable[Path]
) -> None:
    """Raise `LibraryUnavailableError` if `root` is no longer the disk it was.

    `before` is how it stood at the last scan, None at the first; `known_movies`
    are some directories that the library has there.
    """
    if before is None or now == before:
        return
    if before.is_mount_point and not now.is_mount_point:
        raise LibraryUnavailableError(
            f"library root {root} was a mount point and is none now: is its disk mounted?"
        )
    known = list(known_movies)
    if known and not any(is_directory(movie) for movie in known):
        raise LibraryUnavailableError(
            f"library root {root} is another disk now, with none of the known movies on it: "
            "mount the right one, or, if this is it, delete the root from the library "
            "database's table library_roots"
        )

"""Tell whether the files that we published are still ours."""

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from media.disk import status_of
from media.earlier import Published, Standing
from media.errors import UnreadableFileError
from media.movie import StoredFile
from media.scan.content_hash import whole_hash


def standings_of(directory: Path, published: Iterable[Published]) -> Mapping[str, Standing]:
    """Return how each published file below `directory` stands, by relative path.

    Size and mtime as we left them are proof enough; where they differ, the content
    decides. What may not be read any more is none of ours. Raises
    `StillCopyingError` and `LibraryUnavailableError`.
    """
    return {one.stored.relative_path: _standing(directory, one) for one in published}


def _standing(directory: Path, published: Published) -> Standing:
    path = directory / published.stored.relative_path
    now = _look_at(path, published.stored.relative_path)
    if now is None:
        return Standing.MISSING
    if now == published.stored:
        return Standing.OURS
    if now.size != published.stored.size:
        return Standing.CHANGED
    try:
        same = whole_hash(path) == published.sha256
    except UnreadableFileError:
        same = False
    return Standing.OURS if same else Standing.CHANGED


def _look_at(path: Path, relative: str) -> StoredFile | None:
    """Return the file at `path`, None where there is none; a link is nothing that we wrote."""
    status = status_of(path)
    if status is None:
        return None
    if not stat.S_ISREG(status.st_mode):
        return StoredFile(relative, -1, -1)
    return StoredFile(relative, status.st_size, status.st_mtime_ns)

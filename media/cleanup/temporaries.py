"""Remove the temporary files that a kill or a power cut has left."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from media.asset_kinds import ACTORS_DIRECTORY
from media.atomic_file import is_leftover
from media.cache import ASSET_TYPES
from media.errors import OutsideLibraryError
from media.library.database import Library
from media.library.models import Movie
from media.library_root import root_of
from media.settings import Settings

DAY_SECONDS = 86_400.0

# Where published files lie below a movie's directory.
_BELOW = ("", ACTORS_DIRECTORY)


@dataclass(frozen=True)
class TemporariesSummary:
    """How many temporary files were removed, their bytes, and which could not be."""

    removed: int
    freed_bytes: int
    failed: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def remove_temporaries(
    settings: Settings, *, age_seconds: float = DAY_SECONDS
) -> TemporariesSummary:
    """Remove our own temporary files that are older than a day: in the cache, beside the movies.

    They are known by their names, see `media.atomic_file`. Directories that are not
    there or may not be listed are passed over, and so are links.
    """
    removed = freed = 0
    failed: list[str] = []
    for path, size in _leftovers(settings, time.time() - age_seconds):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            failed.append(f"{path}: {error.strerror}")
            continue
        removed += 1
        freed += size
    return TemporariesSummary(removed, freed, failed)


def _leftovers(settings: Settings, before: float) -> Iterator[tuple[Path, int]]:
    for directory in _directories(settings):
        with suppress(OSError):
            yield from _leftovers_in(directory, before)


def _leftovers_in(directory: Path, before: float) -> list[tuple[Path, int]]:
    names = [entry.name for entry in os.scandir(directory) if is_leftover(entry.name)]
    found = [(directory / name, (directory / name).lstat()) for name in names]
    return [
        (path, status.st_size)
        for path, status in found
        if stat.S_ISREG(status.st_mode) and status.st_mtime < before
    ]


def _directories(settings: Settings) -> Iterator[Path]:
    for asset_type in ASSET_TYPES:
        yield settings.cache_directory / asset_type
    with Library(settings.library_database).reading() as session:
        movies = session.scalars(select(Movie.directory).order_by(Movie.directory)).all()
    for movie in movies:
        for name in _BELOW:
            directory = Path(movie, name)
            if _is_ours(directory, settings):
                yield directory


def _is_ours(directory: Path, settings: Settings) -> bool:
    try:
        root_of(directory, settings.roots())
    except OutsideLibraryError:
        return False
    return not directory.is_symlink()

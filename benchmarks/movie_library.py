"""A large library of movies on the disk, and a library database that knows all of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from media.library.database import Library
from media.library.models import Directory, MediaFile, Movie
from media.movie import FileRole, StoredFile
from media.scan.signature import signature_of
from media.settings import Settings

LIBRARY = "movies"
_ROLES = {".mkv": FileRole.MAIN, ".en.srt": FileRole.SUBTITLE, ".nfo": FileRole.NFO}
FILES_PER_MOVIE = len(_ROLES)


def make_movie_library(directory: Path, movies: int) -> Settings:
    """Make so many movies of three files each, as they are after a scan of all of them."""
    settings = settings_in(directory)
    root = settings.libraries[LIBRARY].path
    rows = [_movie(root, number) for number in range(movies)]
    now = datetime.now(UTC)
    seen = {"created_at": now, "scanned_at": now, "nfo_state": "read", "published_at": now}
    with Library(settings.library_database).writing() as session:
        session.execute(
            insert(Movie),
            [
                {"id": number, "directory": str(path), "title": path.name, **seen}
                for number, (path, _files) in enumerate(rows, 1)
            ],
        )
        session.execute(insert(MediaFile), list(_files(rows)))
        session.execute(
            insert(Directory),
            [
                {
                    "path": str(path),
                    "library": LIBRARY,
                    "signature": signature_of(files),
                    "scanned_at": now,
                }
                for path, files in rows
            ],
        )
    return settings


def settings_in(directory: Path) -> Settings:
    """Return the settings of the library that was made in the directory."""
    return Settings(
        libraries={LIBRARY: directory / LIBRARY}, library_database=directory / "library.db"
    )


def _movie(root: Path, number: int) -> tuple[Path, list[StoredFile]]:
    name = f"The Movie of the Number {number:05} ({1950 + number % 70})"
    directory = root / name
    directory.mkdir(parents=True)
    return directory, [_file(directory, f"{name}{ending}") for ending in _ROLES]


def _file(directory: Path, name: str) -> StoredFile:
    path = directory / name
    path.write_bytes(name.encode())
    status = path.stat()
    return StoredFile(name, status.st_size, status.st_mtime_ns)


def _files(rows: list[tuple[Path, list[StoredFile]]]) -> Iterator[dict[str, object]]:
    for number, (_path, files) in enumerate(rows, 1):
        for file, role in zip(files, _ROLES.values(), strict=True):
            yield {
                "movie_id": number,
                "role": str(role),
                "relative_path": file.relative_path,
                "size": file.size,
                "mtime_ns": file.mtime_ns,
            }

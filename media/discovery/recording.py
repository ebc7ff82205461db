"""Write what was discovered into the library."""

from collections.abc import Iterable
from datetime import datetime

from media.discovery.local_files import LocalFiles
from media.discovery.reading import Reading
from media.library.matching import mark_missing, match_rows
from media.library.models import Artwork, MediaFile, Movie
from media.movie import FileRole, Probe, StoredFile


def unread_pictures(movie: Movie, files: Iterable[StoredFile]) -> list[StoredFile]:
    """Return the pictures that changed since they were read, or never were."""
    read = {
        StoredFile(row.relative_path, row.inspected_size, row.inspected_mtime_ns)
        for row in movie.artworks
        if row.inspected_size is not None and row.inspected_mtime_ns is not None
    }
    return [file for file in files if file not in read]


def unread_trailers(movie: Movie, files: Iterable[StoredFile]) -> list[StoredFile]:
    """Return the trailers that changed since they were probed, or never were."""
    read = {
        StoredFile(row.relative_path, row.size, row.mtime_ns)
        for row in movie.files
        if row.duration_ms is not None
    }
    return [file for file in files if file not in read]


def record_assets(movie: Movie, found: LocalFiles, reading: Reading, now: datetime) -> None:
    """Insert or update the rows of a movie's pictures and trailers.

    Rows keep their ids; a picture that is not there any more is marked.
    """
    _record_pictures(movie, found.pictures, reading, now)
    for trailer in found.trailers:
        _record_trailer(movie, trailer, reading.probes.get(trailer))


def _record_pictures(
    movie: Movie, pictures: dict[StoredFile, str], reading: Reading, now: datetime
) -> None:
    rows = match_rows(movie.artworks, pictures)
    mark_missing(movie.artworks, rows.values(), now)
    for file, kind in pictures.items():
        row = rows.get(file.relative_path)
        if row is None:
            row = Artwork()
            movie.artworks.append(row)
        row.kind, row.relative_path = kind, file.relative_path
        row.size, row.mtime_ns, row.missing_since = file.size, file.mtime_ns, None
        if file in reading.images:
            facts = reading.images[file]
            row.width = facts.width if facts else None
            row.height = facts.height if facts else None
            row.perceptual_hash = facts.perceptual_hash if facts else None
            row.inspected_size, row.inspected_mtime_ns = file.size, file.mtime_ns


def _record_trailer(movie: Movie, file: StoredFile, probe: Probe | None) -> None:
    row = next((row for row in movie.files if row.relative_path == file.relative_path), None)
    if row is None:
        row = MediaFile(role=str(FileRole.TRAILER), relative_path=file.relative_path)
        movie.files.append(row)
    row.size, row.mtime_ns, row.missing_since = file.size, file.mtime_ns, None
    if probe:
        row.container = probe.container
        row.duration_ms = probe.duration_ms
        row.bit_rate = probe.bit_rate
        row.prober = probe.prober

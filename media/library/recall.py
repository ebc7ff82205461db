"""Read back what earlier scans and publishing left in the library of one movie."""

from dataclasses import fields
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from media.earlier import Earlier, Published
from media.library.models import MediaFile, Movie, PublishedFile, StreamRow
from media.movie import FileRole, FoundFile, Probe, StoredFile, Stream, StreamKind

_STREAM_FIELDS = [field.name for field in fields(Stream)]


def recall_movie(session: Session, directory: Path) -> Earlier:
    """Return what is known of the movie in `directory`, nothing of one that is new.

    Files that were gone at the last scan are not among it.
    """
    movie = session.scalar(select(Movie).where(Movie.directory == str(directory)))
    return _recall(session, movie) if movie else Earlier()


def recall_by_id(session: Session, movie_id: int) -> Earlier:
    """Return the same of the movie `movie_id`, nothing where its row is gone."""
    movie = session.get(Movie, movie_id)
    return _recall(session, movie) if movie else Earlier()


def _recall(session: Session, movie: Movie) -> Earlier:
    files = (
        select(MediaFile)
        .where(MediaFile.movie_id == movie.id, MediaFile.missing_since.is_(None))
        .options(selectinload(MediaFile.streams))
    )
    published = select(PublishedFile).where(PublishedFile.movie_id == movie.id)
    return Earlier(
        movie_id=movie.id,
        directory=Path(movie.directory),
        files={row.relative_path: _file(row) for row in session.scalars(files)},
        published={row.relative_path: _published(row) for row in session.scalars(published)},
    )


def _file(row: MediaFile) -> FoundFile:
    streams = [_stream(stream) for stream in row.streams]
    return FoundFile(
        stored=StoredFile(row.relative_path, row.size, row.mtime_ns),
        role=FileRole(row.role),
        probe=_probe(row, streams),
        streams=streams,
        content_hash=row.content_hash,
        edition=row.edition,
        part_number=row.part_number,
    )


def _probe(row: MediaFile, streams: list[Stream]) -> Probe | None:
    if row.prober is None:
        return None
    return Probe(row.prober, row.container, row.duration_ms, row.bit_rate, streams)


def _stream(row: StreamRow) -> Stream:
    values = {name: getattr(row, name) for name in _STREAM_FIELDS}
    return Stream(**{**values, "kind": StreamKind(row.kind)})


def _published(row: PublishedFile) -> Published:
    stored = StoredFile(row.relative_path, row.size, row.mtime_ns)
    return Published(stored, row.kind, row.sha256)

"""Write what a scan found into the library."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.asset_kinds import ACTOR
from media.library.describe import describe
from media.library.matching import mark_missing, match_hashed_rows, match_rows
from media.library.models import Artwork, MediaFile, Movie, StreamRow
from media.movie import FoundArtwork, FoundFile, FoundMovie, Stream


def record_movie(session: Session, found: FoundMovie, now: datetime) -> Movie:
    """Insert or update the movie, its files, streams and artwork; returns its row.

    Rows keep their ids. What is no longer on the disk is marked with
    `missing_since`, never deleted, and the mark goes when it comes back. What
    the scan found nothing about stays as it was. A movie that was deleted is there
    again.
    """
    movie = session.scalar(select(Movie).where(Movie.directory == found.directory))
    if movie is None:
        movie = Movie(directory=found.directory, created_at=now, locked_fields=[])
        session.add(movie)
    movie.deleted_at = movie.delete_reason = None
    describe(session, movie, found, now)
    movie.scanned_at = now
    _record_files(movie, found.files, now)
    _record_artworks(movie, found.artworks, now)
    session.flush()
    return movie


def _record_files(movie: Movie, files: Sequence[FoundFile], now: datetime) -> None:
    rows = match_hashed_rows(movie.files, files)
    mark_missing(movie.files, rows.values(), now)
    for file in files:
        row = rows.get(file.stored.relative_path)
        if row is None:
            row = MediaFile()
            movie.files.append(row)
        _fill_file(row, file)


def _fill_file(row: MediaFile, file: FoundFile) -> None:
    row.role = str(file.role)
    row.edition = file.edition
    row.part_number = file.part_number
    row.content_hash = file.content_hash
    _fill_stored(row, file)
    if file.probe:
        row.container = file.probe.container
        row.duration_ms = file.probe.duration_ms
        row.bit_rate = file.probe.bit_rate
        row.prober = file.probe.prober
    if file.streams:
        _record_streams(row, file.streams)


def _record_streams(row: MediaFile, streams: Sequence[Stream]) -> None:
    del row.streams[len(streams) :]
    for position, stream in enumerate(streams):
        if position == len(row.streams):
            row.streams.append(StreamRow(position=position))
        for name, value in asdict(stream).items():
            setattr(row.streams[position], name, str(value) if name == "kind" else value)


def _record_artworks(movie: Movie, artworks: Sequence[FoundArtwork], now: datetime) -> None:
    # Actors' pictures are in a hidden directory, where no scan looks.
    known = [row for row in movie.artworks if row.kind != ACTOR]
    rows = match_rows(known, [artwork.stored for artwork in artworks])
    mark_missing(known, rows.values(), now)
    for artwork in artworks:
        row = rows.get(artwork.stored.relative_path)
        if row is None:
            row = Artwork()
            movie.artworks.append(row)
        if (row.size, row.mtime_ns) != (artwork.stored.size, artwork.stored.mtime_ns):
            row.perceptual_hash = None
        row.kind = artwork.kind
        row.width, row.height = artwork.width, artwork.height
        _fill_stored(row, artwork)


def _fill_stored(row: MediaFile | Artwork, found: FoundFile | FoundArtwork) -> None:
    row.relative_path = found.stored.relative_path
    row.size = found.stored.size
    row.mtime_ns = found.stored.mtime_ns
    row.missing_since = None

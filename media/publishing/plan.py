"""What the library wants to be in a movie's directory, and what it wrote there before."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from media.errors import NoVideoError
from media.library.models import MediaFile, Movie, PublishedFile
from media.library.movies import present_movie
from media.movie import FileRole, StoredFile
from media.nfo import MovieNfo
from media.phases import PublishPhase
from media.publishing.choices import Wanted, wanted_files
from media.publishing.nfo_content import locked_fields, nfo_content
from media.settings import Settings


@dataclass(frozen=True)
class Published:
    """What was written last under a name, as the library remembers it."""

    relative_path: str
    kind: str
    sha256: str
    size: int
    mtime_ns: int
    changed_by_others: bool
    missing: bool
    is_adopted: bool
    content: bytes | None
    offered: Mapping[str, str] | None

    def looks_like(self, stored: StoredFile) -> bool:
        """Whether a file has the size and time of what was written."""
        return (self.size, self.mtime_ns) == (stored.size, stored.mtime_ns)


@dataclass(frozen=True)
class Plan:
    """All that publishing a movie needs of the library.

    `nfos` has what to say by the video's path, the main one first; `published` what
    was written before by its own.
    """

    movie_id: int
    directory: Path
    published_at: datetime | None
    nfos: Mapping[str, MovieNfo]
    locked: frozenset[str]
    wanted: Sequence[Wanted]
    published: Mapping[str, Published]


def make_plan(session: Session, movie_id: int, settings: Settings, phase: PublishPhase) -> Plan:
    """Read the plan for a movie.

    Raises:
        MovieUnknownError: there is no such movie, or it was deleted.
        NoVideoError: the library knows of no video of it that is there.
    """
    movie = present_movie(session, movie_id)
    main = next(iter(_files(movie, FileRole.MAIN)), None)
    if main is None:
        raise NoVideoError(f"the library knows of no video in {movie.directory}: scan it first")
    versions = _files(movie, FileRole.VERSION)
    return Plan(
        movie_id=movie_id,
        directory=Path(movie.directory),
        published_at=movie.published_at,
        nfos={
            main.relative_path: nfo_content(movie, main, _files(movie, FileRole.PART)),
            **{one.relative_path: nfo_content(movie, one, ()) for one in versions},
        },
        locked=locked_fields(movie),
        wanted=wanted_files(session, movie, main.relative_path, settings, phase),
        published={row.relative_path: row for row in _published(session, movie_id)},
    )


def _files(movie: Movie, role: FileRole) -> list[MediaFile]:
    there = [file for file in movie.files if file.missing_since is None]
    return [file for file in there if file.role == str(role)]


def _published(session: Session, movie_id: int) -> list[Published]:
    rows = session.scalars(
        select(PublishedFile)
        .where(PublishedFile.movie_id == movie_id)
        .order_by(PublishedFile.id)
        .options(undefer(PublishedFile.content), undefer(PublishedFile.offered))
    )
    return [_remembered(row) for row in rows]


def _remembered(row: PublishedFile) -> Published:
    return Published(
        relative_path=row.relative_path,
        kind=row.kind,
        sha256=row.sha256,
        size=row.size,
        mtime_ns=row.mtime_ns,
        changed_by_others=row.changed_by_others_at is not None,
        missing=row.missing_since is not None,
        is_adopted=row.is_adopted,
        content=zlib.decompress(row.content) if row.content is not None else None,
        offered=row.offered,
    )

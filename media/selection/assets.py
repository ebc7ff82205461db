"""What the library knows that a selection depends on."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.errors import MediaError
from media.images import inspect_image
from media.library.models import Artwork, CacheFile, Candidate, Movie, PublishedFile, Selection

Locks = frozenset[tuple[str, int, int | None]]
"""Kind, rank and candidate of what a person has chosen."""


@dataclass(frozen=True)
class Assets:
    """A movie's candidates and selections as they were read: rows without a session.

    `own` are the perceptual hashes of the pictures that the user put beside the
    movie, by kind; `looks` those of the selected files, by their keys.
    """

    candidates: Sequence[Candidate]
    selections: Sequence[Selection]
    locked_kinds: frozenset[str]
    own: Mapping[str, Sequence[str]]
    looks: Mapping[str, str | None]

    def candidate(self, candidate_id: int | None) -> Candidate | None:
        """Return the candidate with this id."""
        return next((one for one in self.candidates if one.id == candidate_id), None)

    def locked(self, kind: str) -> list[Selection]:
        """Return what a person has chosen of a kind: all of it, where the kind is locked."""
        is_whole = kind in self.locked_kinds
        return [row for row in self.selections if row.kind == kind and (is_whole or row.is_locked)]

    @property
    def locks(self) -> Locks:
        """What a person has chosen."""
        return locks_of(self.selections, self.locked_kinds)


def read_assets(session: Session, movie: Movie, max_pixels: int) -> Assets:
    """Read what is offered for a movie, what is chosen, and what the user has."""
    of_movie = Candidate.movie_id == movie.id
    selections = selections_of(session, movie)
    keys = [row.cache_key for row in selections if row.cache_key]
    looks = select(CacheFile.key, CacheFile.perceptual_hash).where(CacheFile.key.in_(keys))
    return Assets(
        candidates=session.scalars(select(Candidate).where(of_movie).order_by(Candidate.id)).all(),
        selections=selections,
        locked_kinds=frozenset(movie.locked_fields),
        own=_own_pictures(session, movie, max_pixels),
        looks={row.key: row.perceptual_hash for row in session.execute(looks)},
    )


def selections_of(session: Session, movie: Movie) -> Sequence[Selection]:
    """Return the rows of what is chosen, the best of each kind first."""
    chosen = select(Selection).where(Selection.movie_id == movie.id)
    return session.scalars(chosen.order_by(Selection.kind, Selection.rank)).all()


def locks_of(selections: Sequence[Selection], locked_kinds: frozenset[str]) -> Locks:
    """Return what of the selections a person has chosen."""
    return frozenset(
        (row.kind, row.rank, row.candidate_id)
        for row in selections
        if row.is_locked or row.kind in locked_kinds
    )


def _own_pictures(session: Session, movie: Movie, max_pixels: int) -> dict[str, list[str]]:
    published = select(PublishedFile).where(PublishedFile.movie_id == movie.id)
    ours = {row.relative_path: (row.size, row.mtime_ns) for row in session.scalars(published)}
    own: dict[str, list[str]] = {}
    for row in movie.artworks:
        if row.missing_since is None and not _is_ours(movie, row, ours.get(row.relative_path)):
            look = row.perceptual_hash or _look(movie, row, max_pixels)
            own.setdefault(row.kind, []).extend([look] if look else [])
    return own


def _is_ours(movie: Movie, row: Artwork, written: tuple[int, int] | None) -> bool:
    """Whether the picture is as we wrote it; the row may tell of one that we wrote before."""
    if written is None or written == (row.size, row.mtime_ns):
        return written is not None
    try:
        status = Path(movie.directory, row.relative_path).lstat()
    except OSError:
        return True  # the row tells of nothing that is there
    return written == (status.st_size, status.st_mtime_ns)


def _look(movie: Movie, row: Artwork, max_pixels: int) -> str | None:
    """Return the hash of a picture that was not discovered yet, None if it cannot be read."""
    with suppress(MediaError):
        return inspect_image(Path(movie.directory, row.relative_path), max_pixels).perceptual_hash
    return None

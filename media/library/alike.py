"""Find movies by their main video, wherever they lie."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.library.describe import IDS, is_another
from media.library.models import MediaFile, Movie
from media.movie import FileRole, KnownMovie


@dataclass(frozen=True)
class Alike:
    """A movie, also a deleted one, with size in bytes and content of its main video.

    `ids` holds nothing but its ids, `locked` the fields that a person has chosen.
    """

    movie_id: int
    directory: Path
    size: int
    content_hash: str
    ids: KnownMovie
    locked: frozenset[str]
    is_deleted: bool

    def is_another(self, says: KnownMovie) -> bool:
        """Whether the ids that are said are another movie's."""
        return is_another(self.ids, says, self.locked)

    def is_surely(self, says: KnownMovie) -> bool:
        """Whether an id that is said is this movie's."""
        said = [(getattr(self.ids, field), getattr(says, field)) for field in IDS]
        return not self.is_another(says) and any(a is not None and a == b for a, b in said)


def movies_of_size(session: Session, sizes: Collection[int]) -> list[Alike]:
    """Return the movies whose main video has one of these sizes, and a known content."""
    columns = (
        *(Movie.id, Movie.directory, Movie.tmdb_id, Movie.imdb_id, Movie.locked_fields),
        *(Movie.deleted_at, MediaFile.size, MediaFile.content_hash),
    )
    chosen = (
        select(*columns)
        .join(MediaFile.movie)
        .where(MediaFile.size.in_(sizes), MediaFile.role == str(FileRole.MAIN))
        .where(MediaFile.missing_since.is_(None), MediaFile.content_hash.is_not(None))
    )
    return [
        Alike(
            movie_id=row.id,
            directory=Path(row.directory),
            size=row.size,
            content_hash=row.content_hash,
            ids=KnownMovie(tmdb_id=row.tmdb_id, imdb_id=row.imdb_id),
            locked=frozenset(row.locked_fields),
            is_deleted=row.deleted_at is not None,
        )
        for row in session.execute(chosen)
    ]

"""The rows of the published files, read and written a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, func, select, tuple_, update
from sqlalchemy.orm import Session

from media.library.database import Library
from media.library.models import Movie, PublishedFile

PAGE = 500


@dataclass(frozen=True)
class PublishedRow:
    """What is to be at `directory / relative_path`."""

    id: int
    movie_id: int
    directory: Path
    relative_path: str
    sha256: str
    size: int
    mtime_ns: int
    changed_by_others_at: datetime | None
    missing_since: datetime | None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.directory / self.relative_path


@dataclass(frozen=True)
class Finding:
    """What a look at a file has shown; size and time are those of an intact one."""

    row: PublishedRow
    is_missing: bool = False
    is_changed: bool = False
    size: int = 0
    mtime_ns: int = 0


def count_rows(library: Library) -> int:
    """Return how many files there are to look at."""
    with library.reading() as session:
        chosen = select(func.count()).select_from(PublishedFile).join(Movie, _OF_MOVIE)
        return session.scalar(chosen.where(_IS_THERE)) or 0


def pages(library: Library) -> Iterator[list[PublishedRow]]:
    """Yield all rows of movies that are not deleted, a movie's together, in pages."""
    last = (0, "")
    while page := _page(library, last):
        yield page
        last = (page[-1].movie_id, page[-1].relative_path)


def record(session: Session, findings: Sequence[Finding], now: datetime) -> None:
    """Mark the rows, each only if it is still the one that was looked at."""
    session.connection().execute(_MARK, [_values(one, now) for one in findings])


_MARK = (
    update(PublishedFile)
    .where(PublishedFile.id == bindparam("row"), PublishedFile.sha256 == bindparam("as_written"))
    .values(
        verified_at=bindparam("verified_at"),
        missing_since=bindparam("missing_since"),
        changed_by_others_at=bindparam("changed_by_others_at"),
        size=bindparam("size"),
        mtime_ns=bindparam("mtime_ns"),
    )
)
_OF_MOVIE = PublishedFile.movie_id == Movie.id
_IS_THERE = Movie.deleted_at.is_(None)


def _page(library: Library, after: tuple[int, str]) -> list[PublishedRow]:
    place = PublishedFile.movie_id, PublishedFile.relative_path
    chosen = (
        select(
            PublishedFile.id,
            PublishedFile.movie_id,
            Movie.directory,
            PublishedFile.relative_path,
            PublishedFile.sha256,
            PublishedFile.size,
            PublishedFile.mtime_ns,
            PublishedFile.changed_by_others_at,
            PublishedFile.missing_since,
        )
        # With an inner join SQLite begins at the movies, and sorts all files for each page.
        .outerjoin(Movie, _OF_MOVIE)
        .where(_IS_THERE, tuple_(*place) > after)
        .order_by(*place)
        .limit(PAGE)
    )
    with library.reading() as session:
        return [
            PublishedRow(
                id=row.id,
                movie_id=row.movie_id,
                directory=Path(row.directory),
                relative_path=row.relative_path,
                sha256=row.sha256,
                size=row.size,
                mtime_ns=row.mtime_ns,
                changed_by_others_at=row.changed_by_others_at,
                missing_since=row.missing_since,
            )
            for row in session.execute(chosen)
        ]


def _values(one: Finding, now: datetime) -> dict[str, object]:
    row = one.row
    is_intact = not (one.is_missing or one.is_changed)
    return {
        "row": row.id,
        "as_written": row.sha256,
        "verified_at": now,
        # What counts is when it was missed, or found changed, for the first time.
        "missing_since": (row.missing_since or now) if one.is_missing else None,
        "changed_by_others_at": _changed_at(one, now),
        "size": one.size if is_intact else row.size,
        "mtime_ns": one.mtime_ns if is_intact else row.mtime_ns,
    }


def _changed_at(one: Finding, now: datetime) -> datetime | None:
    if one.is_missing:
        return one.row.changed_by_others_at
    return (one.row.changed_by_others_at or now) if one.is_changed else None

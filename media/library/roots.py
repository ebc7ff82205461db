"""What the library remembers of the roots its movies lie in."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from media.library.below import is_below
from media.library.models import LibraryRoot, Movie
from media.library_root import RootState

WITNESSES = 20


def recall_root(session: Session, root: Path) -> RootState | None:
    """Return how `root` stood at the last scan, None when there was none."""
    row = session.get(LibraryRoot, str(root))
    return RootState(row.device, row.is_mount_point) if row else None


def remember_root(session: Session, root: Path, state: RootState, now: datetime) -> None:
    """Write down how `root` stands now."""
    session.merge(
        LibraryRoot(
            path=str(root),
            device=state.device,
            is_mount_point=state.is_mount_point,
            seen_at=now,
        )
    )


def movies_in(session: Session, root: Path, but: Path) -> list[Path]:
    """Return the directories of some movies in `root`, `but` and deleted ones not among them."""
    chosen = (
        select(Movie.directory)
        .where(is_below(Movie.directory, root))
        # Of the two indexes the one on this column would find nearly all movies.
        .where(Movie.directory != str(but), func.likely(Movie.deleted_at.is_(None)))
        .limit(WITNESSES)
    )
    return [Path(directory) for directory in session.scalars(chosen)]

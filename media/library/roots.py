"""What the library remembers of the roots its movies lie in."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from media.library.models import LibraryRoot, Movie
from media.scan.library_root import RootState

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
    """Return the directories of some movies in `root`, `but` not among them."""
    prefix = f"{root}/".replace("//", "/")
    chosen = (
        select(Movie.directory)
        .where(func.substr(Movie.directory, 1, len(prefix)) == prefix)
        .where(Movie.directory != str(but))
        .limit(WITNESSES)
    )
    return [Path(directory) for directory in session.scalars(chosen)]

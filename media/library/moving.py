"""Give a movie that was moved its new directory."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from media.earlier import Earlier
from media.errors import StillCopyingError
from media.library.models import Directory, LibraryChange, Movie


def follow_movie(session: Session, earlier: Earlier, directory: Path, now: datetime) -> bool:
    """Let the movie that was recalled be in `directory`; returns whether it was elsewhere.

    Players are told that it left, unless they were when it was deleted. Raises
    `StillCopyingError` when it was moved again since it was recalled, or another movie
    is known in `directory` by now: the next scan sees what is so.
    """
    movie = session.get(Movie, earlier.movie_id) if earlier.movie_id else None
    if movie is None or movie.directory == str(directory):
        return False
    here = session.scalar(select(Movie.id).where(Movie.directory == str(directory)))
    if here is not None or movie.directory != str(earlier.directory):
        raise StillCopyingError(f"movies were moved to {directory}, or from it, during the scan")
    _leave(session, movie, now)
    movie.directory = str(directory)
    return True


def _leave(session: Session, movie: Movie, now: datetime) -> None:
    session.execute(delete(Directory).where(Directory.path == movie.directory))
    if movie.deleted_at is None:
        session.add(
            LibraryChange(
                directory=movie.directory,
                change="deleted",
                files=[],
                movie_id=movie.id,
                created_at=now,
            )
        )

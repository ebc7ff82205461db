"""A movie whose publishing has failed for good: who is to know of it all the same."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from media.library.database import Library
from media.library.models import LibraryChange, Movie
from media.settings import Settings

# Every walk takes up again what was not published: the players need not be told every night.
_NEWS = timedelta(days=1)


def note_unfinished(movie_id: int, settings: Settings, root_id: str | None = None) -> None:
    """Let the next walk of the library find the movie, and the players if it is new.

    Nothing else would find it: the scan has seen all that is new in its directory. And a new
    movie's video is there to be played, whatever may be written beside it: a row of
    `library_changes` tells so. Of a movie that was published once, or is in the library for
    longer than a day, the players know.
    """
    now = datetime.now(UTC)
    with Library(settings.library_database).writing() as session:
        movie = session.get(Movie, movie_id)
        if movie is None or movie.deleted_at:
            return
        if movie.published_at is None and movie.created_at >= now - _NEWS:
            _tell_players(session, movie, root_id, now)
        movie.published_at = None


def _tell_players(session: Session, movie: Movie, root_id: str | None, now: datetime) -> None:
    session.add(
        LibraryChange(
            directory=movie.directory,
            change="updated",
            files=[],
            movie_id=movie.id,
            root_id=root_id,
            created_at=now,
        )
    )

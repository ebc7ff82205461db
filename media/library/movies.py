"""Find a movie that is still there."""

from sqlalchemy.orm import Session

from media.errors import MovieUnknownError
from media.library.models import Movie


def present_movie(session: Session, movie_id: int) -> Movie:
    """Return the row of a movie.

    Raises:
        MovieUnknownError: there is none, or the movie was deleted.
    """
    movie = session.get(Movie, movie_id)
    if movie is None:
        raise MovieUnknownError(f"the library has no movie {movie_id}")
    if movie.deleted_at is not None:
        raise MovieUnknownError(f"movie {movie_id}, {movie.title!r}, was deleted")
    return movie

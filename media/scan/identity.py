"""What names alone suggest of a movie: its directory's first, then its video's."""

from typing import Any

from media.movie import KnownMovie
from media.scan.directory_name import guess_of
from media.scan.editions import guessed


def guess_identity(directory_name: str, video_stem: str) -> KnownMovie:
    """Return title, year and ids as the two names have them.

    The directory's name wins; a release's name such as `sintel.2010.1080p.x264-grp`
    is taken apart by guessit. Ids stand as `{tmdb-123}`, `[imdbid-tt123]` and the like.
    """
    directory, file = guess_of(directory_name), guess_of(video_stem)
    named = directory if directory.year else _release(directory_name, video_stem) or directory
    return KnownMovie(
        title=named.title,
        year=named.year,
        tmdb_id=directory.tmdb_id or file.tmdb_id,
        imdb_id=directory.imdb_id or file.imdb_id,
    )


def _release(*names: str) -> KnownMovie | None:
    """Return what the first of the names says that has a title and a year."""
    for name in names:
        said: dict[str, Any] = guessed(name)
        if isinstance(said.get("title"), str) and isinstance(said.get("year"), int):
            return KnownMovie(title=said["title"], year=said["year"])
    return None

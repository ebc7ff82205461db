"""What a movie's NFO tells a scan, and how reading it went.

An NFO may also be nothing but a web address of the movie.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from media.disk import reading
from media.errors import MediaError
from media.movie import KnownMovie, NfoState
from media.nfo import MAX_BYTES, MovieNfo, decode, parse_nfo, read_movie

_TMDB_URL = re.compile(r"themoviedb\.org/movie/([0-9]{1,9})(?![0-9])")
_IMDB_URL = re.compile(r"imdb\.com/title/(tt[0-9]+)")


@dataclass(frozen=True)
class Nfo:
    """What an NFO says, how reading it went, and the trouble it made, if any."""

    state: NfoState
    known: KnownMovie = field(default_factory=KnownMovie)
    warning: str | None = None


ABSENT = Nfo(NfoState.ABSENT)


def read_nfo(path: Path) -> Nfo:
    """Read the NFO at `path`. It never fails: the state tells what came of it."""
    try:
        with reading(path), path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except MediaError as error:
        return Nfo(NfoState.UNREADABLE, warning=str(error))
    if len(data) > MAX_BYTES:
        return Nfo(NfoState.BROKEN, warning=f"{path} is too large for an NFO")
    document = parse_nfo(data)
    if document.has_movie:
        return Nfo(NfoState.READ, _identified(_known_of(read_movie(document.root)), data))
    if known := _of_urls(decode(data)):
        return Nfo(NfoState.URL_ONLY, known)
    return Nfo(NfoState.BROKEN, warning=f"{path} cannot be used: it has no <movie>")


def _identified(known: KnownMovie, data: bytes) -> KnownMovie:
    """Take the ids from the address behind the `<movie>`, as Kodi does, where it names none."""
    if known.tmdb_id or known.imdb_id:
        return known
    behind = _of_urls(decode(data).rpartition("</movie>")[2]) or KnownMovie()
    return known.model_copy(update=behind.model_dump(include={"tmdb_id", "imdb_id"}))


def _known_of(nfo: MovieNfo) -> KnownMovie:
    return KnownMovie(
        title=nfo.title,
        original_title=nfo.original_title,
        sort_title=nfo.sort_title,
        year=nfo.year,
        premiered=nfo.premiered,
        plot=nfo.plot,
        tagline=nfo.tagline,
        runtime_minutes=nfo.runtime_minutes,
        certification=nfo.certification,
        collection=nfo.collection.name if nfo.collection else None,
        genres=nfo.genres or None,
        tmdb_id=nfo.tmdb_id,
        imdb_id=nfo.imdb_id,
    )


def _of_urls(text: str) -> KnownMovie | None:
    tmdb, imdb = _TMDB_URL.search(text), _IMDB_URL.search(text)
    if not tmdb and not imdb:
        return None
    return KnownMovie(tmdb_id=int(tmdb[1]) if tmdb else None, imdb_id=imdb[1] if imdb else None)

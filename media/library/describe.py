"""Whose word counts for what is known of a movie.

What a person locked stays. An id that the manager, or an NFO that somebody wrote
since the last scan, gives otherwise makes it another movie: all that was known of
the wrong one goes. What a provider told yields only to such an NFO. Where nothing
is known, names may guess.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from media.library.models import Candidate, Credit, Movie
from media.movie import FoundMovie, KnownMovie

IDS = ("tmdb_id", "imdb_id")
LOCAL = "local"

# What only providers tell.
_PROVIDED = (
    *("outline", "collection_id", "collection_overview", "countries", "studios", "tags"),
    *("languages", "original_language", "release_status", "popularity", "ratings"),
    *("trailer_url", "tvdb_id"),
)


def describe(session: Session, movie: Movie, found: FoundMovie, now: datetime) -> None:
    """Write into the row of the movie what the scan found out about it."""
    movie.nfo_state = str(found.nfo_state)
    locked = frozenset(movie.locked_fields)
    if is_another(movie, found.says, locked):
        _forget(session, movie, locked, now)
    # An NFO that nobody touched since may still be the wrong movie's.
    old_nfo = found.old_nfo if _agree(found.old_nfo, found.says, movie) else KnownMovie()
    is_provided = movie.metadata_source not in (None, LOCAL) and not found.nfo_is_news
    for field in KnownMovie.model_fields:
        known = getattr(movie, field)
        said = getattr(found.says, field)
        if is_provided and field not in IDS and known is not None:
            continue
        if said is None and known is None:
            said = getattr(old_nfo, field) or getattr(found.guess, field)
        if said is not None and field not in locked:
            setattr(movie, field, list(said) if isinstance(said, tuple) else said)


def is_another(movie: Movie | KnownMovie, says: KnownMovie, locked: Collection[str]) -> bool:
    """Whether the ids that are said are another movie's; a locked one is never wrong."""
    for field in IDS:
        known, said = getattr(movie, field), getattr(says, field)
        if known is not None and said is not None:
            return bool(known != said) and field not in locked
    return False


def _agree(old_nfo: KnownMovie, *others: KnownMovie | Movie) -> bool:
    """Whether no id of the NFO is given otherwise by any of the others."""
    return all(
        getattr(other, field) in (None, getattr(old_nfo, field))
        for field in IDS
        if getattr(old_nfo, field) is not None
        for other in others
    )


def _forget(session: Session, movie: Movie, locked: Collection[str], now: datetime) -> None:
    session.execute(delete(Credit).where(Credit.movie_id == movie.id))
    session.execute(
        update(Candidate)
        .where(Candidate.movie_id == movie.id, Candidate.gone_since.is_(None))
        .values(gone_since=now)
    )
    movie.metadata_source = movie.enriched_at = None
    for field in (*KnownMovie.model_fields, *_PROVIDED):
        if field not in locked:
            setattr(movie, field, None)

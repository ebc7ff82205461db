"""What changed at TMDB since it was last asked, as far as the library has it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from media.library.database import Library
from media.library.describe import LOCAL
from media.library.models import Movie, ProviderState
from media.providers.tmdb import Tmdb
from media.settings import Settings

PROVIDER = "tmdb"
# TMDB tells what has changed in so long a time; who was away longer asks for all that is older.
MEMORY = timedelta(days=14)
# Where nothing was ever enriched there is nothing to miss.
FIRST = timedelta(hours=24)


@dataclass(frozen=True)
class ProviderChanges:
    """The movies of the library to enrich anew.

    since, until: the time that TMDB was asked about, none at all without a key to ask
    with; until belongs into `mark_done` once the jobs are sent. asked: how many movies
    TMDB named in all, None without a key.
    """

    movie_ids: list[int]
    since: datetime
    until: datetime
    asked: int | None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "since": self.since.isoformat(), "until": self.until.isoformat()}


def changed_movies(settings: Settings, now: datetime) -> ProviderChanges:
    """Ask TMDB what changed since the last time, up to `now`.

    The first time it is asked since the oldest enrichment. Of more than 14 days
    ago TMDB is not asked: what was enriched before then is enriched anew. So is what
    has not been since its last scan, as when TMDB was down, and every 14 days what
    only its NFO and file tell of.

    Raises:
        Any error of `media.outside.OutsideClient`: TMDB cannot be asked.
    """
    library = Library(settings.library_database)
    with library.reading() as session:
        since = _since(session, now)
    if not settings.providers.tmdb.is_configured:
        return ProviderChanges([], since, since, None)
    reachable = max(since, now - MEMORY)
    with Tmdb(settings) as tmdb:
        named = set(tmdb.changed_since(reachable, now))
    with library.reading() as session:
        changed = _of_library(session, named, reachable if since < reachable else None, now)
    return ProviderChanges(changed, since, now, len(named))


def mark_done(settings: Settings, until: datetime) -> None:
    """Remember that all changes up to `until` were taken care of; it never goes back."""
    with Library(settings.library_database).writing() as session:
        session.execute(insert(ProviderState).values(provider=PROVIDER).on_conflict_do_nothing())
        state = session.get_one(ProviderState, PROVIDER)
        state.changes_until = max(until, state.changes_until or until)


def _since(session: Session, now: datetime) -> datetime:
    state = session.get(ProviderState, PROVIDER)
    if state and state.changes_until:
        return min(state.changes_until, now)  # a clock may have been wrong
    oldest = session.scalar(
        select(func.min(Movie.enriched_at)).where(
            Movie.tmdb_id.is_not(None), Movie.deleted_at.is_(None)
        )
    )
    return min(oldest or now - FIRST, now)


def _of_library(
    session: Session, named: set[int], gap_until: datetime | None, now: datetime
) -> list[int]:
    """Return the movies that were named, and those of which too little or nothing new is known."""
    movies = select(
        Movie.id, Movie.tmdb_id, Movie.metadata_source, Movie.scanned_at, Movie.enriched_at
    )
    rows = session.execute(movies.where(Movie.deleted_at.is_(None)).order_by(Movie.id))
    return [
        movie_id
        for movie_id, tmdb_id, source, scanned_at, enriched_at in rows
        if tmdb_id in named
        or enriched_at is None
        or enriched_at < scanned_at
        or (source == LOCAL and enriched_at < now - MEMORY)
        or (gap_until is not None and tmdb_id is not None and enriched_at < gap_until)
    ]

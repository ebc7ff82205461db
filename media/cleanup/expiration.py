"""Remove for good what was deleted long enough ago."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from media.cache import Cache, is_referred_to
from media.errors import InvalidCleanupError
from media.library.database import Library
from media.library.models import (
    CacheFile,
    Candidate,
    Credit,
    Movie,
    PublishedFile,
    Selection,
)
from media.settings import Settings

# So many in one transaction, since nobody else can write meanwhile.
_AT_ONCE = 50


@dataclass(frozen=True)
class ExpirationSummary:
    """How much was removed: movies, candidates that were no longer offered, files of the cache."""

    movies: int
    candidates: int
    files: int
    freed_bytes: int

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def expire_soft_deleted(retention_days: int, settings: Settings) -> ExpirationSummary:
    """Remove what was deleted more than `retention_days` ago, with all that hangs on it.

    Movies, candidates that no provider offers any more and nobody has chosen, and
    files of the cache that were given up. Whatever any row refers to stays.

    Raises:
        InvalidCleanupError: less than no days.
        CacheUnavailableError: the cache's disk fails.
    """
    if retention_days < 0:
        raise InvalidCleanupError(f"nothing can be kept for {retention_days} days")
    return _Expiration(settings, datetime.now(UTC) - timedelta(days=retention_days)).run()


class _Expiration:
    def __init__(self, settings: Settings, before: datetime) -> None:
        self._library = Library(settings.library_database)
        self._cache = Cache(settings.cache_directory)
        self._before = before

    def run(self) -> ExpirationSummary:
        """Remove in many small transactions, which others' come between."""
        with self._library.kept_open():
            return self._remove()

    def _remove(self) -> ExpirationSummary:
        movies = files = freed = 0
        while some := self._expire_movies():
            movies += some
        candidates = self._expire_candidates()
        while rows := self._expire_rows():
            files += len(rows)
            freed += self._remove_files(rows)
        return ExpirationSummary(movies, candidates, files, freed)

    def _expire_movies(self) -> int:
        with self._library.writing() as session:
            old = select(Movie.id).where(Movie.deleted_at <= self._before).limit(_AT_ONCE)
            movies = session.scalars(old).all()
            keys = _keys_of(session, movies)
            session.execute(delete(Movie).where(Movie.id.in_(movies)))
            self._give_up(session, keys)
        return len(movies)

    def _expire_candidates(self) -> int:
        """Delete them a few at a time, from the first to the last: there are very many."""
        count = last = 0
        while numbers := self._expire_candidates_after(last):
            count, last = count + len(numbers), numbers[-1]
        return count

    def _expire_candidates_after(self, last: int) -> Sequence[int]:
        is_chosen = exists().where(Selection.candidate_id == Candidate.id)
        old = (
            select(Candidate.id, Candidate.cache_key)
            .where(Candidate.id > last, Candidate.gone_since <= self._before, ~is_chosen)
            .order_by(Candidate.id)
            .limit(_AT_ONCE)
        )
        with self._library.writing() as session:
            candidates = session.execute(old).all()
            numbers = [row.id for row in candidates]
            session.execute(delete(Candidate).where(Candidate.id.in_(numbers)))
            self._give_up(session, {row.cache_key for row in candidates if row.cache_key})
        return numbers

    def _give_up(self, session: Session, keys: set[str]) -> None:
        """Let files go whose last reference was deleted that long ago, unless others have them."""
        # `deleted_at` is no condition: SQLite would go through all files by its index.
        session.execute(
            update(CacheFile)
            .where(CacheFile.key.in_(keys), ~is_referred_to())
            .values(deleted_at=func.coalesce(CacheFile.deleted_at, self._before))
        )

    def _expire_rows(self) -> Sequence[CacheFile]:
        """Delete rows, and leave their files: a kill here makes orphans of them, no more."""
        with self._library.writing() as session:
            old = select(CacheFile).where(CacheFile.deleted_at <= self._before, ~is_referred_to())
            rows = session.scalars(old.limit(_AT_ONCE)).all()
            session.expunge_all()
            session.execute(delete(CacheFile).where(CacheFile.key.in_([row.key for row in rows])))
        return rows

    def _remove_files(self, rows: Sequence[CacheFile]) -> int:
        """Remove the files of rows that are still gone; returns the bytes."""
        with self._library.writing() as session:
            keys = [row.key for row in rows]
            back = set(session.scalars(select(CacheFile.key).where(CacheFile.key.in_(keys))))
            paths = [
                self._cache.path_of(row.key, row.asset_type, row.extension)
                for row in rows
                if row.key not in back
            ]
            return sum(self._cache.remove(path) or 0 for path in paths)


def _keys_of(session: Session, movies: Sequence[int]) -> set[str]:
    columns = (
        (Candidate.cache_key, Candidate.movie_id),
        (Selection.cache_key, Selection.movie_id),
        (Credit.picture_key, Credit.movie_id),
        (PublishedFile.cache_key, PublishedFile.movie_id),
    )
    return {
        key
        for column, movie_id in columns
        for key in session.scalars(select(column).where(movie_id.in_(movies)))
        if key is not None
    }

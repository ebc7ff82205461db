"""Bring what is chosen into the cache: candidates and actors' pictures."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from media.asset_kinds import TRAILER
from media.cache import (
    Cache,
    fetched_image,
    fetched_video,
    intact_file,
    intact_file_of,
    keep,
)
from media.errors import (
    BrokenImageError,
    BrokenVideoError,
    CircuitOpenError,
    InvalidAnswerError,
    LastingError,
    NotFoundAtServiceError,
    PassingError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    UnsafeAddressError,
)
from media.library.database import Library
from media.library.models import CacheFile, Candidate, Credit
from media.settings import Settings

T = TypeVar("T")

logger = logging.getLogger(__name__)

# What is wrong with one address, and may pass. A full disk or a busy database is none
# of these: with it nothing else would come about either.
_LATER = (
    ServiceUnreachableError,
    ServiceTimedOutError,
    ServiceFailedError,
    RateLimitedError,
    CircuitOpenError,
)
_NEVER = (
    BrokenImageError,
    BrokenVideoError,
    InvalidAnswerError,
    NotFoundAtServiceError,
    ServiceRefusedError,
    UnsafeAddressError,
)


@dataclass
class Bringer:
    """Downloads what is not in the cache; each file is recorded before the next one.

    A failure concerns one file alone: what may pass is collected in `postponed`, what
    does not in `refused`, by URL. `downloaded` counts files.
    """

    settings: Settings
    downloaded: int = 0
    postponed: dict[str, PassingError] = field(default_factory=dict)
    refused: dict[str, LastingError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._library = Library(self.settings.library_database)
        self._cache = Cache(self.settings.cache_directory)

    def candidate(self, candidate: Candidate) -> Candidate | None:
        """Return the candidate as it is now that its file is in the cache.

        None if that could not be done, or the candidate is gone.
        """
        if self._is_there(candidate.cache_key):
            return candidate
        brought = self._attempt(candidate.url, lambda: self._fetch_candidate(candidate))
        if error := self.refused.get(candidate.url):
            self._refuse(candidate, str(error))
        return brought

    def picture(self, credit: Credit) -> bool:
        """Bring the picture of a person into the cache; returns whether it is there."""
        if self._is_there(credit.picture_key):
            return True
        return bool(self._attempt(str(credit.picture_url), lambda: self._fetch_picture(credit)))

    def _attempt(self, url: str, fetch: Callable[[], T | None]) -> T | None:
        """Return what `fetch` brings, None if it fails for a reason that is the address's own."""
        if url in self.postponed or url in self.refused:
            return None
        try:
            return fetch()
        except _LATER as error:
            logger.info("%s is tried again later: %s", url, error)
            self.postponed[url] = error
        except _NEVER as error:
            logger.warning("%s cannot be used: %s", url, error)
            self.refused[url] = error
        return None

    def _fetch_candidate(self, candidate: Candidate) -> Candidate | None:
        if known := self._known(candidate.url):
            with self._library.writing() as session:
                if file := session.get(CacheFile, known):
                    return _refer_candidate(session, candidate, file)
        fetched = fetched_video if candidate.kind == TRAILER else fetched_image
        with (
            fetched(candidate.url, self._cache, self.settings) as arrival,
            self._library.writing() as session,
        ):
            file = keep(session, self._cache, arrival, datetime.now(UTC))
            self.downloaded += 1
            return _refer_candidate(session, candidate, file)

    def _fetch_picture(self, credit: Credit) -> bool:
        url = str(credit.picture_url)
        if known := self._known(url):
            with self._library.writing() as session:
                if file := session.get(CacheFile, known):
                    return _refer_picture(session, credit, file)
        with (
            fetched_image(url, self._cache, self.settings) as arrival,
            self._library.writing() as session,
        ):
            file = keep(session, self._cache, arrival, datetime.now(UTC))
            self.downloaded += 1
            return _refer_picture(session, credit, file)

    def _is_there(self, key: str | None) -> bool:
        with self._library.reading() as session:
            return intact_file(session, self._cache, key) is not None

    def _known(self, url: str) -> str | None:
        """Return the key of what was fetched from `url` before, for another movie perhaps."""
        with self._library.reading() as session:
            return intact_file_of(session, self._cache, url)

    def _refuse(self, candidate: Candidate, reason: str) -> None:
        with self._library.writing() as session:
            if row := present(session, candidate):
                row.refused = reason


def present(session: Session, candidate: Candidate) -> Candidate | None:
    """Return the candidate's row as it is now, None if it is gone.

    SQLite gives the number of a row that is gone to a new one, which may be another movie's.
    """
    row = session.get(Candidate, candidate.id)
    if row is None or (row.movie_id, row.url) != (candidate.movie_id, candidate.url):
        return None
    return row


def _refer_candidate(session: Session, candidate: Candidate, file: CacheFile) -> Candidate | None:
    row = present(session, candidate)
    if row is None:
        return None
    row.cache_key = file.key
    row.perceptual_hash = file.perceptual_hash
    if file.width is not None:
        row.width, row.height = file.width, file.height
    row.refused = None
    file.deleted_at = None
    session.flush()
    session.expunge(row)
    return row


def _refer_picture(session: Session, credit: Credit, file: CacheFile) -> bool:
    row = session.get(Credit, credit.id)
    if row is None or row.picture_url != credit.picture_url:
        return False
    row.picture_key = file.key
    file.deleted_at = None
    return True

"""Find what nothing refers to in the cache."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from media.cache import ASSET_TYPES, Cache, StoredAsset, is_referred_to
from media.errors import InvalidCleanupError
from media.library.database import Library
from media.library.models import CacheFile
from media.settings import Settings

# A file that is being added has a name only within the transaction that gives it a row,
# so nothing needs this time; it is there for whoever copies files into a cache by hand.
GRACE_SECONDS = 3600.0

_AT_ONCE = 100


@dataclass(frozen=True)
class OrphanSummary:
    """What a cleanup of the cache came to.

    `removed` are files that no row knew, with their `freed_bytes`. `given_up` are
    files that nothing refers to any more: they go when they have stayed so for long
    enough. `wanted_again` were given up earlier.
    """

    removed: int
    freed_bytes: int
    given_up: int
    wanted_again: int

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def cleanup_cache_orphans(
    asset_type: str | None, settings: Settings, *, grace_seconds: float = GRACE_SECONDS
) -> OrphanSummary:
    """Remove files that have no row, and give up those whose row nothing refers to.

    `asset_type` is `image`, `video` or None for both. Files that were written to less than
    `grace_seconds` ago stay, and so does everything that has not the name of a
    file of the cache. What is given up keeps its file: `expire_soft_deleted` removes it.

    Raises:
        InvalidCleanupError: there is no such type.
        CacheUnavailableError: the cache's disk fails.
    """
    types = _types(asset_type)
    library, cache = Library(settings.library_database), Cache(settings.cache_directory)
    removed = freed = 0
    for files in _some(_old_files(cache, types, grace_seconds)):
        with library.reading() as session:
            strangers = _without_row(session, cache, files)
        if strangers:
            with library.writing() as session:
                for file in _without_row(session, cache, strangers):
                    size = _remove_if_old(cache, file, grace_seconds)
                    removed += size is not None
                    freed += size or 0
    with library.writing() as session:
        given_up, wanted_again = _mark(session, types)
    return OrphanSummary(removed, freed, given_up, wanted_again)


def _types(asset_type: str | None) -> tuple[str, ...]:
    if asset_type is None:
        return ASSET_TYPES
    if asset_type not in ASSET_TYPES:
        known = ", ".join(ASSET_TYPES)
        raise InvalidCleanupError(f"the cache has no {asset_type!r} files; there are {known}")
    return (asset_type,)


def _old_files(cache: Cache, types: Iterable[str], grace_seconds: float) -> Iterator[StoredAsset]:
    for asset_type in types:
        for file in cache.files(asset_type):
            if _is_old(file.modified_at, grace_seconds):
                yield file


def _is_old(modified_at: float, grace_seconds: float) -> bool:
    return time.time() - modified_at >= grace_seconds


def _some(files: Iterator[StoredAsset]) -> Iterator[list[StoredAsset]]:
    while some := list(islice(files, _AT_ONCE)):
        yield some


def _without_row(session: Session, cache: Cache, files: Sequence[StoredAsset]) -> list[StoredAsset]:
    keys = [file.key for file in files]
    rows = session.scalars(select(CacheFile).where(CacheFile.key.in_(keys)))
    known = {cache.path_of(row.key, row.asset_type, row.extension) for row in rows}
    return [file for file in files if file.path not in known]


def _remove_if_old(cache: Cache, file: StoredAsset, grace_seconds: float) -> int | None:
    """Remove a file that is still as old as it was; return its size in bytes."""
    modified_at = cache.modified_at(file.path)
    if modified_at is None or not _is_old(modified_at, grace_seconds):
        return None
    return cache.remove(file.path)


def _mark(session: Session, types: Sequence[str]) -> tuple[int, int]:
    of_types = update(CacheFile).where(CacheFile.asset_type.in_(types)).returning(CacheFile.key)
    is_given_up = CacheFile.deleted_at.is_not(None)
    given_up = of_types.where(~is_given_up, ~is_referred_to()).values(deleted_at=datetime.now(UTC))
    wanted_again = of_types.where(is_given_up, is_referred_to()).values(deleted_at=None)
    return len(session.scalars(given_up).all()), len(session.scalars(wanted_again).all())

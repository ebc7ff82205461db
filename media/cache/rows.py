"""The rows of the cache's files."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.cache.arrival import Arrival
from media.cache.store import Cache
from media.library.models import CacheFile


def keep(session: Session, cache: Cache, arrival: Arrival, now: datetime) -> CacheFile:
    """Give what arrived its place and its row, in the write transaction of `session`.

    Equal content is one file and one row, whose first source stays. The row is
    to be referred to in the same transaction.
    """
    row = session.get(CacheFile, arrival.key)
    if row is None:
        row = CacheFile(
            key=arrival.key,
            asset_type=arrival.asset_type,
            extension=arrival.extension,
            source_url=arrival.source_url,
            created_at=now,
        )
        session.add(row)
    cache.place(arrival.temporary, row.key, row.asset_type, row.extension)
    row.size = arrival.size
    row.width, row.height = arrival.width, arrival.height
    row.perceptual_hash = arrival.perceptual_hash
    row.deleted_at = None
    session.flush()
    return row


def intact_file(session: Session, cache: Cache, key: str | None) -> Path | None:
    """Return the file with this key, None when it is not known, not there, or damaged."""
    row = session.get(CacheFile, key) if key else None
    if row is None or not cache.is_intact(row.key, row.asset_type, row.extension):
        return None
    return cache.path_of(row.key, row.asset_type, row.extension)


def intact_file_of(session: Session, cache: Cache, url: str) -> str | None:
    """Return the key of an undamaged file that came from `url`, None without one."""
    rows = session.scalars(
        select(CacheFile).where(CacheFile.source_url == url).order_by(CacheFile.key)
    )
    intact = (row.key for row in rows if cache.is_intact(row.key, row.asset_type, row.extension))
    return next(intact, None)

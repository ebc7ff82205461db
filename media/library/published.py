"""Write down how the files that were published stand."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.earlier import Published, Standing
from media.library.models import PublishedFile
from media.movie import StoredFile


def record_standings(
    session: Session,
    movie_id: int,
    published: Mapping[str, Published],
    standings: Mapping[str, Standing],
    found: Collection[StoredFile],
    now: datetime,
) -> None:
    """Mark what others changed or took away since; the mark goes when it is ours again.

    `published` is what the standings were told from: a file that was published anew
    meanwhile is passed over. `found` are the files as they lie there, from which
    ours get the mtime that they have now.
    """
    lying = {file.relative_path: file for file in found}
    rows = select(PublishedFile).where(PublishedFile.movie_id == movie_id)
    for row in session.scalars(rows):
        before = published.get(row.relative_path)
        if before is None or (before.sha256, before.stored.mtime_ns) != (row.sha256, row.mtime_ns):
            continue
        standing = standings[row.relative_path]
        row.changed_by_others_at = _since(
            row.changed_by_others_at, now, standing is Standing.CHANGED
        )
        row.missing_since = _since(row.missing_since, now, standing is Standing.MISSING)
        if standing is Standing.OURS:
            row.verified_at = now
            if file := lying.get(row.relative_path):
                row.mtime_ns = file.mtime_ns


def _since(before: datetime | None, now: datetime, holds: bool) -> datetime | None:
    return (before or now) if holds else None

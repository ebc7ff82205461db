"""The directories that one walk found changed, and how far their scans are."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from media.library.database import Library
from media.library.models import Batch, Directory
from media.settings import Settings


class BatchProgress(NamedTuple):
    """How many scans of a batch are done, how many of them failed for good, and all."""

    done: int
    failed: int
    total: int


def batch_progress(batch_id: str, settings: Settings) -> BatchProgress:
    """Return how far the scans of a batch are; all zero for one that there is not.

    A directory that a later walk took over counts as done. While the walk goes on the
    total grows.
    """
    was_scanned = Directory.scanned_at >= Directory.queued_at
    has_failed = Directory.failed_at >= Directory.queued_at
    of_batch = select(func.count()).select_from(Directory).where(Directory.batch_id == batch_id)
    with Library(settings.library_database).reading() as session:
        total = session.scalar(select(Batch.total).where(Batch.id == batch_id)) or 0
        failed = session.scalar(of_batch.where(has_failed)) or 0
        ended = session.scalar(of_batch.where(or_(was_scanned, has_failed))) or 0
        held = session.scalar(of_batch) or 0
    return BatchProgress(total - (held - ended), failed, total)


def begin_batch(session: Session, batch_id: str, library: str, now: datetime) -> None:
    """Make the batch, if an earlier attempt did not."""
    row = insert(Batch).values(id=batch_id, library=library, total=0, started_at=now)
    session.execute(row.on_conflict_do_nothing())


def queue_directories(
    session: Session, batch_id: str, library: str, paths: Sequence[str], now: datetime
) -> None:
    """Put directories into the batch, which grows by those that were not yet in it."""
    begin_batch(session, batch_id, library, now)
    chosen = (Directory.path.in_(paths), Directory.batch_id == batch_id)
    held = session.scalar(select(func.count()).select_from(Directory).where(*chosen)) or 0
    row = insert(Directory)
    row = row.on_conflict_do_update(
        ["path"],
        set_={
            "library": row.excluded.library,
            "batch_id": row.excluded.batch_id,
            "queued_at": row.excluded.queued_at,
        },
    )
    session.execute(
        row,
        [
            {"path": path, "library": library, "batch_id": batch_id, "queued_at": now}
            for path in paths
        ],
    )
    session.get_one(Batch, batch_id).total += len(paths) - held

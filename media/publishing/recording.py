"""Tell the library what was published, in one transaction."""

import zlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.errors import MovieUnknownError
from media.library.models import CacheFile, LibraryChange, Movie, PublishedFile
from media.publishing.outcome import Outcome, Record
from media.publishing.plan import Plan


def needs_recording(plan: Plan, outcome: Outcome) -> bool:
    """Whether the rows say anything else than what is now on the disk."""
    return (
        plan.published_at is None
        or bool(outcome.written or outcome.removed or outcome.gone)
        or any(not _is_known(plan, path, one) for path, one in outcome.records.items())
        or any(not plan.published[path].changed_by_others for path in outcome.foreign)
    )


def record(
    session: Session, plan: Plan, outcome: Outcome, root_id: str | None, now: datetime
) -> None:
    """Write the rows, and the change that the players have to be told, if there is one."""
    movie = session.get(Movie, plan.movie_id)
    if movie is None:
        raise MovieUnknownError(f"the library has no movie {plan.movie_id} any more")
    chosen = select(PublishedFile).where(PublishedFile.movie_id == plan.movie_id)
    rows = {row.relative_path: row for row in session.scalars(chosen)}
    for path in outcome.gone & rows.keys():
        session.delete(rows[path])
    for path in outcome.foreign & rows.keys():
        rows[path].changed_by_others_at = rows[path].changed_by_others_at or now
        rows[path].missing_since = None
    for path, one in outcome.records.items():
        _fill(session, rows.get(path) or _new_row(session, plan, path), one, now)
    if changed := [*outcome.written, *outcome.removed]:
        session.add(_change(plan, changed, root_id, now))
    movie.published_at = now


def _is_known(plan: Plan, path: str, one: Record) -> bool:
    row = plan.published.get(path)
    return row is not None and (
        (row.sha256, row.kind, row.is_adopted) == (one.sha256, one.kind, one.is_adopted)
        and row.looks_like(one.stored)
        and not (row.changed_by_others or row.missing)
        and row.offered == one.offered
    )


def _new_row(session: Session, plan: Plan, path: str) -> PublishedFile:
    row = PublishedFile(movie_id=plan.movie_id, relative_path=path)
    session.add(row)
    return row


def _fill(session: Session, row: PublishedFile, one: Record, now: datetime) -> None:
    if row.sha256 != one.sha256:
        row.published_at = now
    row.kind = one.kind
    row.sha256 = one.sha256
    row.size, row.mtime_ns = one.stored.size, one.stored.mtime_ns
    row.cache_key = _still_cached(session, one.cache_key)
    row.is_adopted = one.is_adopted
    row.changed_by_others_at = row.missing_since = None
    row.content = None if one.content is None else zlib.compress(one.content)
    row.offered = None if one.offered is None else dict(one.offered)


def _still_cached(session: Session, key: str | None) -> str | None:
    # It may have been chosen anew, and cleaned up, while the files were written.
    return key if key and session.get(CacheFile, key) else None


def _change(plan: Plan, files: list[str], root_id: str | None, now: datetime) -> LibraryChange:
    return LibraryChange(
        directory=str(plan.directory),
        change="updated",
        files=sorted(set(files)),
        movie_id=plan.movie_id,
        root_id=root_id,
        created_at=now,
    )

"""What became of the scan of each directory."""

from datetime import datetime

from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from media.library.models import Directory


def note_scanned(session: Session, path: str, library: str, signature: str, now: datetime) -> None:
    """Write down that the directory was scanned and what its signature is."""
    _note(session, path, library, signature=signature, scanned_at=now, failed_at=None, error=None)


def note_failed(session: Session, path: str, library: str, error: str, now: datetime) -> None:
    """Write down that the directory's scan failed for good, and why."""
    _note(session, path, library, failed_at=now, error=error)


def _note(session: Session, path: str, library: str, **values: object) -> None:
    row = insert(Directory).values(path=path, library=library, **values)
    changed = {"library": row.excluded.library, **{name: row.excluded[name] for name in values}}
    session.execute(row.on_conflict_do_update(["path"], set_=changed))

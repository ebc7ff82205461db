"""Look at one published file."""

import os
import stat

from media.disk import status_of
from media.errors import StillCopyingError
from media.scan.content_hash import whole_hash
from media.verification.rows import Finding, PublishedRow


def look_at(row: PublishedRow) -> Finding:
    """Tell whether the file is there and as it was written.

    One with the size and time of what was written counts as that, and is not read.

    Raises:
        UnreadableFileError: it may not be read.
        LibraryUnavailableError: the disk fails.
    """
    status = status_of(row.path)
    if status is None:
        return Finding(row, is_missing=True)
    is_plain = stat.S_ISREG(status.st_mode)
    looks_same = (status.st_size, status.st_mtime_ns) == (row.size, row.mtime_ns)
    if is_plain and ((looks_same and row.changed_by_others_at is None) or _is_same(row, status)):
        return Finding(row, size=status.st_size, mtime_ns=status.st_mtime_ns)
    return Finding(row, is_changed=True)


def _is_same(row: PublishedRow, status: os.stat_result) -> bool:
    if status.st_size != row.size:
        return False
    try:
        return whole_hash(row.path) == row.sha256
    except StillCopyingError:
        return False  # it went, or was replaced, at this moment: somebody is at work there

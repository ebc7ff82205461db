"""Which row of the library belongs to which file on the disk."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from media.movie import FoundFile, StoredFile


class FileRow(Protocol):
    """A row that stands for a file."""

    relative_path: str
    size: int
    mtime_ns: int
    missing_since: datetime | None


class HashedRow(FileRow, Protocol):
    """A row that stands for a file whose content was hashed."""

    content_hash: str | None


R = TypeVar("R", bound=FileRow)
H = TypeVar("H", bound=HashedRow)


def match_rows(rows: Sequence[R], files: Iterable[StoredFile]) -> dict[str, R]:
    """Return the row of each file that has one, by the file's relative path.

    A file that was renamed keeps its row: same size in bytes, same mtime, and
    the old name gone.
    """
    paths = {file.relative_path: file for file in files}
    matched = {row.relative_path: row for row in rows if row.relative_path in paths}
    gone = {(row.size, row.mtime_ns): row for row in rows if row.relative_path not in paths}
    for path, file in paths.items():
        if path not in matched and (row := gone.pop((file.size, file.mtime_ns), None)):
            matched[path] = row
    return matched


def match_hashed_rows(rows: Sequence[H], files: Sequence[FoundFile]) -> dict[str, H]:
    """Return what `match_rows` does, and the rows of files that were renamed and copied.

    Those have a new mtime as well: their content tells.
    """
    matched = match_rows(rows, [file.stored for file in files])
    paths = {file.stored.relative_path for file in files}
    gone = {
        row.content_hash: row
        for row in rows
        if row.relative_path not in paths and row not in matched.values()
    }
    for file in files:
        path = file.stored.relative_path
        if path not in matched and file.content_hash and file.content_hash in gone:
            matched[path] = gone.pop(file.content_hash)
    return matched


def mark_missing(rows: Iterable[FileRow], present: Collection[FileRow], now: datetime) -> None:
    """Note of each row that is not among the `present` ones when its file was first missed."""
    for row in rows:
        if row not in present and row.missing_since is None:
            row.missing_since = now

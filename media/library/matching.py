"""Which row of the library belongs to which file on the disk."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from media.movie import StoredFile


class FileRow(Protocol):
    """A row that stands for a file."""

    relative_path: str
    size: int
    mtime_ns: int


R = TypeVar("R", bound=FileRow)


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

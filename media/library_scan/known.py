"""What the library knows of the directories below a root: plain values, a query for each table."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from media.library.below import is_below
from media.library.models import Directory, Movie, PublishedFile
from media.library_scan.gone import is_there
from media.movie import StoredFile
from media.scan.signature import is_same_but_for, signature_of

Look = tuple[int, int]


@dataclass(frozen=True)
class Known:
    """What is known of each directory, by its path.

    `signatures`: None where its last scan failed or never ran. `deleted`: whether
    its movie was. `unpublished`: those whose movie did not come to the end of its way.
    `published`: size and mtime of the published files, by relative path.
    """

    signatures: dict[str, str | None]
    deleted: dict[str, bool]
    unpublished: set[str]
    published: dict[str, dict[str, Look]]

    def signature(self, path: str, files: Iterable[StoredFile]) -> str:
        """Return the signature that a directory with these files has: ours are not in it."""
        published = self.published.get(path, {})
        return signature_of(
            file for file in files if published.get(file.relative_path) != _look(file)
        )

    def is_changed(self, path: str, files: Iterable[StoredFile]) -> bool:
        """Whether a directory with these files is not as its last scan saw it.

        What we published since does not count, unless somebody changed it or took it away.
        """
        before = self.signatures.get(path)
        if before is None:
            return True
        files = list(files)
        looks = {file.relative_path: _look(file) for file in files}
        published = self.published.get(path, {})
        if any(_is_lost(path, file) for file in published if file not in looks):
            return True
        ours = [file for file, look in published.items() if looks.get(file) == look]
        return not is_same_but_for(before, self.signature(path, files), ours)


def recall_library(session: Session, root: Path, nested: Iterable[Path]) -> Known:
    """Read what is known below `root`, but for what lies below the `nested` roots."""
    others = [f"{other}/" for other in nested]

    def _is_here(path: str) -> bool:
        return not any(path.startswith(other) for other in others)

    is_settled = and_(Directory.scanned_at.is_not(None), Directory.failed_at.is_(None))
    directories = select(Directory.path, Directory.signature, is_settled).where(
        is_below(Directory.path, root)
    )
    movies = select(
        Movie.directory, Movie.deleted_at.is_not(None), Movie.published_at.is_(None)
    ).where(is_below(Movie.directory, root))
    files = (
        select(
            Movie.directory,
            PublishedFile.relative_path,
            PublishedFile.size,
            PublishedFile.mtime_ns,
        )
        .join(Movie, Movie.id == PublishedFile.movie_id)
        .where(is_below(Movie.directory, root), PublishedFile.missing_since.is_(None))
    )
    known = Known({}, {}, set(), {})
    for path, signature, settled in session.execute(directories):
        if _is_here(path):
            known.signatures[path] = signature if settled else None
    for path, deleted, unpublished in session.execute(movies):
        if _is_here(path):
            known.deleted[path] = bool(deleted)
            if unpublished:
                known.unpublished.add(path)
    for path, relative_path, size, mtime_ns in session.execute(files):
        known.published.setdefault(path, {})[relative_path] = (size, mtime_ns)
    return known


def _look(file: StoredFile) -> Look:
    return file.size, file.mtime_ns


def _is_lost(directory: str, path: str) -> bool:
    # Actors' pictures are many: `scheduled-verification` looks after what is hidden.
    is_hidden = any(part.startswith(".") for part in path.split("/"))
    return not is_hidden and not is_there(f"{directory}/{path}")

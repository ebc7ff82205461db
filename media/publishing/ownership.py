"""Whose a file in a movie's directory is."""

from dataclasses import dataclass

from media.errors import UnreadableFileError
from media.publishing.directory import MovieDirectory
from media.publishing.journal import Journal
from media.publishing.plan import Plan

UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Ownership:
    """Tells our files from others by their content."""

    plan: Plan
    directory: MovieDirectory
    journal: Journal

    def content_of(self, relative: str) -> str | None:
        """Return the SHA-256 of a plain file, None where there is none.

        `UNREADABLE` stands for what may not be read. A file with the size and time of
        what was written last is taken for it unread.
        """
        stored = self.directory.stored(relative)
        if stored is None:
            return None
        row = self.plan.published.get(relative)
        if row and not row.changed_by_others and row.looks_like(stored):
            return row.sha256
        try:
            return self.directory.sha256(relative)
        except UnreadableFileError:
            return UNREADABLE

    def is_ours(self, relative: str) -> bool:
        """Whether the file is as we wrote it, and not one that was there before us.

        One of a name that we have never written is not read: it may be somebody's large trailer.
        """
        if not self._has_written(relative):
            return False
        content = self.content_of(relative)
        return content is not None and (
            self._is_recorded(relative, content) or self.journal.has(relative, content)
        )

    def _has_written(self, relative: str) -> bool:
        row = self.plan.published.get(relative)
        return (row is not None and not row.is_adopted) or self.journal.names(relative)

    def _is_recorded(self, relative: str, content: str) -> bool:
        row = self.plan.published.get(relative)
        return row is not None and row.sha256 == content and not row.is_adopted

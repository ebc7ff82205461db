"""Verify all published files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from media.errors import MediaError
from media.library.database import Library
from media.settings import Settings
from media.verification.looking import look_at
from media.verification.places import Places
from media.verification.rows import Finding, PublishedRow, count_rows, pages, record
from media.verification.summary import VerificationSummary

Progress = Callable[[int, int, str], None]

_MOST_NAMED = 1000


def verify_published(settings: Settings, progress: Progress | None = None) -> VerificationSummary:
    """Look at every published file; mark what is missing and what others have changed.

    Files on a disk that is not there, or in a directory that is not, are neither: they
    are left as they were, with a warning. `progress` hears how many of how many files
    were looked at, and in which directory. Memory does not grow with their number.

    Raises:
        LibraryDatabaseError: the library database could not be used.
    """
    library = Library(settings.library_database)
    return _Verification(library, Places(settings), progress or _silent).run()


@dataclass
class _Verification:
    library: Library
    places: Places
    progress: Progress
    seen: int = 0
    checked: int = 0
    missing: int = 0
    lost: dict[int, None] = field(default_factory=dict)
    changed: int = 0
    named: list[str] = field(default_factory=list)

    def run(self) -> VerificationSummary:
        total = count_rows(self.library)
        for page in pages(self.library):
            self.places.look_again()
            findings = []
            for _movie, rows in groupby(page, key=lambda row: row.movie_id):
                group = list(rows)
                findings += self._look_at_movie(group)
                self.seen += len(group)
                self.progress(self.seen, max(total, self.seen), str(group[0].directory))
            if findings:  # else nobody has to wait for the write lock
                with self.library.writing() as session:
                    record(session, findings, datetime.now(UTC))
            self._count(findings)
        return self._summary()

    def _look_at_movie(self, rows: list[PublishedRow]) -> list[Finding]:
        if not self.places.is_there(rows[0].directory):
            return []
        findings = list(self._findings(rows))
        # The disk may have gone meanwhile, and then nothing is missing.
        if any(one.is_missing for one in findings):
            self.places.look_again()
            return findings if self.places.is_there(rows[0].directory) else []
        return findings

    def _findings(self, rows: Iterable[PublishedRow]) -> Iterator[Finding]:
        for row in rows:
            try:
                yield look_at(row)
            except MediaError as error:
                self.places.warn(error)

    def _count(self, findings: Iterable[Finding]) -> None:
        for one in findings:
            self.checked += 1
            if one.is_missing:
                self.missing += 1
                self.lost[one.row.movie_id] = None
            elif one.is_changed:
                self.changed += 1
                if self.changed <= _MOST_NAMED:
                    self.named.append(str(one.row.path))

    def _summary(self) -> VerificationSummary:
        return VerificationSummary(
            checked=self.checked,
            lost=list(self.lost),
            missing=self.missing,
            changed=self.changed,
            changed_by_others=self.named,
            skipped=self.seen - self.checked,
            warnings=list(self.places.warnings),
        )


def _silent(_done: int, _total: int, _what: str) -> None:
    pass

"""Walks a library in tests, and notes scans in place of the jobs."""

import os
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from media.library.database import Library
from media.library.directories import note_scanned
from media.library.models import MediaFile, Movie
from media.library_scan import WalkSummary, walk_library
from media.phases import ScanPhase
from media.scan.inventory import take_inventory
from media.scan.rules import ScanRules
from media.scan.signature import signature_of
from media.settings import Settings

BATCH = "batch-1"


class Walker:
    """Makes movies, walks the library and notes scans, in place of the jobs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = settings.libraries["movies"].path
        self.library = Library(settings.library_database)

    def make(self, *names: str, ending: str = ".mkv") -> list[Path]:
        """Make a movie of one video and an NFO in each of the directories."""
        for name in names:
            directory = self.root / name
            directory.mkdir(parents=True, exist_ok=True)
            for file in (f"{directory.name}{ending}", "movie.nfo"):
                (directory / file).write_text(name)
                os.utime(directory / file, (1_700_000_000, 1_700_000_000))
        return [self.root / name for name in names]

    def walk(
        self, batch: str = BATCH, phase: ScanPhase | None = None, library: str = "movies"
    ) -> tuple[list[str], WalkSummary]:
        """Walk to the end; returns the changed directories, relative to the root."""
        walk = walk_library(library, batch, self.settings, phase or ScanPhase())
        changed = [path for paths in walk for path in paths]
        root = self.settings.libraries[library].path
        return [str(Path(path).relative_to(root)) for path in changed], walk.finish()

    def scan(self, *names: str) -> None:
        """Note what a scan of these movies, and all that follows from it, would."""
        for name in names:
            self._scan(self.root / name)

    def walk_and_scan(self, batch: str = BATCH) -> None:
        self.scan(*self.walk(batch)[0])

    def movies(self) -> dict[str, str | None]:
        """Return why each movie was deleted, None for those that were not."""
        with self.library.reading() as session:
            rows = session.execute(select(Movie.directory, Movie.deleted_at, Movie.delete_reason))
            return {
                str(Path(path).relative_to(self.root)): reason if deleted_at else None
                for path, deleted_at, reason in rows
            }

    def _scan(self, directory: Path) -> None:
        now = datetime.now(UTC)
        files = take_inventory(directory, ScanRules(self.root)).files
        with self.library.writing() as session:
            movie = session.scalar(select(Movie).where(Movie.directory == str(directory)))
            if movie is None:
                movie = Movie(directory=str(directory), created_at=now, nfo_state="absent")
                session.add(movie)
            movie.title, movie.scanned_at, movie.deleted_at = directory.name, now, None
            movie.published_at = now
            known = {file.relative_path for file in movie.files}
            movie.files += [
                MediaFile(
                    role="main", relative_path=f.relative_path, size=f.size, mtime_ns=f.mtime_ns
                )
                for f in files
                if f.relative_path.endswith(".mkv") and f.relative_path not in known
            ]
            note_scanned(session, str(directory), "movies", signature_of(files), now)

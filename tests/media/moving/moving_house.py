"""Two libraries with one known movie, which the tests move about."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from media.library.database import Library
from media.library.models import Directory, LibraryChange, Movie
from media.library_scan import WalkSummary, walk_library
from media.movie import KnownMovie
from media.movie_scan import MovieScan, ScanSummary
from media.phases import ScanPhase
from media.settings import Settings

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class House:
    settings: Settings
    old: Path

    @property
    def library(self) -> Library:
        return Library(self.settings.library_database)

    def scan(self, directory: Path, known: KnownMovie | None = None) -> ScanSummary:
        return MovieScan(directory, self.settings).run(known)

    def move(self, new: Path) -> Path:
        """Move the known movie's directory on the disk."""
        new.parent.mkdir(parents=True, exist_ok=True)
        return self.old.rename(new)

    def walk(self, library: str = "movies", batch: str = "walk") -> tuple[list[str], WalkSummary]:
        walk = walk_library(library, batch, self.settings, ScanPhase())
        return [path for paths in walk for path in paths], walk.finish()

    def edit(self, **values: Any) -> None:
        """Change columns of the first movie."""
        with self.library.writing() as session:
            movie = session.get_one(Movie, 1)
            for name, value in values.items():
                setattr(movie, name, value)

    def movie(self, movie_id: int = 1) -> Movie:
        with self.library.reading() as session:
            movie = session.get_one(Movie, movie_id)
            session.expunge(movie)
            return movie

    def movies(self) -> dict[Path, bool]:
        """Return the movies' directories, and whether each was deleted."""
        with self.library.reading() as session:
            rows = session.execute(select(Movie.directory, Movie.deleted_at).order_by(Movie.id))
            return {Path(path): deleted_at is not None for path, deleted_at in rows}

    def changes(self) -> list[tuple[str, Path]]:
        with self.library.reading() as session:
            rows = session.scalars(select(LibraryChange).order_by(LibraryChange.id))
            return [(row.change, Path(row.directory)) for row in rows]

    def seen(self) -> list[Path]:
        """Return the directories whose signature is known."""
        with self.library.reading() as session:
            return [Path(path) for path in session.scalars(select(Directory.path))]


def touch_all(directory: Path) -> None:
    """Give all files another time, as a copy to another disk does."""
    for path in directory.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))

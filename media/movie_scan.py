"""Scan one movie's directory into the library."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from media.errors import LibraryUnavailableError, StillCopyingError
from media.library.database import Library
from media.library.models import Movie
from media.library.record import record_movie
from media.library.roots import movies_in, recall_root, remember_root
from media.movie import KnownMovie
from media.scan.copying import ensure_complete
from media.scan.inventory import Inventory, take_inventory
from media.scan.library_root import RootState, ensure_same_disk, inspect_root, root_of
from media.scan.movie_directory import MovieReader
from media.settings import Settings


@dataclass(frozen=True)
class ScanSummary:
    """What the library now has of a movie: how many of each, and what was odd."""

    movie_id: int
    directory: str
    title: str
    year: int | None
    nfo: str
    files: int
    streams: int
    artworks: int
    missing: int
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class MovieScan:
    """A scan of `directory`, which must lie in one of the settings' library roots."""

    directory: Path
    settings: Settings

    def run(
        self, known: KnownMovie | None = None, seen: Mapping[str, list[int]] | None = None
    ) -> ScanSummary:
        """Read the directory, then write it into the library in one transaction.

        `known` is what the manager says of the movie; `seen` is what a
        `StillCopyingError` of an earlier attempt had observed. Every failure of
        `media.errors` comes before the commit, so none changes the library.
        """
        root = root_of(self.directory, self.settings.roots())
        state = self._ensure_there(root)
        inventory = take_inventory(self.directory)
        leftovers = ensure_complete(inventory.files, seen or {}, self.settings.quiet_seconds)
        try:
            reader = MovieReader(inventory, self.settings.probe_timeout_seconds)
            found = reader.read(known or KnownMovie())
        finally:
            # Also after a failure: what is being written looks broken while it grows.
            self._ensure_unchanged(root, state, inventory)
        now = datetime.now(UTC)
        with self._library.writing() as session:
            remember_root(session, root, state, now)
            return _summary(record_movie(session, found, now), [*found.warnings, *leftovers])

    @property
    def _library(self) -> Library:
        return Library(self.settings.library_database)

    def _ensure_there(self, root: Path) -> RootState:
        state = inspect_root(root, self.settings.library_anchor)
        with self._library.reading() as session:
            before = recall_root(session, root)
            others = movies_in(session, root, but=self.directory)
        ensure_same_disk(root, state, before, others)
        return state

    def _ensure_unchanged(self, root: Path, state: RootState, inventory: Inventory) -> None:
        """Raise if the disk went, or somebody wrote to it, while it was being read."""
        if inspect_root(root, self.settings.library_anchor) != state:
            raise LibraryUnavailableError(f"library root {root} changed during the scan")
        if take_inventory(self.directory).files != inventory.files:
            raise StillCopyingError(f"{self.directory} changed during the scan")


def _summary(movie: Movie, warnings: list[str]) -> ScanSummary:
    files = [file for file in movie.files if file.missing_since is None]
    artworks = [artwork for artwork in movie.artworks if artwork.missing_since is None]
    return ScanSummary(
        movie_id=movie.id,
        directory=movie.directory,
        title=movie.title,
        year=movie.year,
        nfo=movie.nfo_state,
        files=len(files),
        streams=sum(len(file.streams) for file in files),
        artworks=len(artworks),
        missing=len(movie.files) + len(movie.artworks) - len(files) - len(artworks),
        warnings=warnings,
    )

"""Scan one movie's directory into the library."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.earlier import Earlier, Standing
from media.errors import LibraryUnavailableError, OutsideLibraryError, StillCopyingError
from media.library.database import Library
from media.library.directories import note_failed, note_scanned
from media.library.models import LibraryChange, Movie
from media.library.mounted import ensure_mounted
from media.library.moving import follow_movie
from media.library.published import record_standings
from media.library.recall import recall_by_id, recall_movie
from media.library.record import record_movie
from media.library.roots import remember_root
from media.library_root import RootState, inspect_root, root_of
from media.moved_movie import MoveSearch
from media.movie import KnownMovie
from media.phases import ScanPhase
from media.scan.copying import ensure_complete
from media.scan.inventory import Inventory, take_inventory
from media.scan.movie_directory import MovieReader
from media.scan.published_files import standings_of
from media.scan.reading import Reading
from media.scan.rules import ScanRules
from media.scan.same_files import as_they_lie
from media.settings import Settings


@dataclass(frozen=True)
class ScanSummary:
    """What the library now has of a movie: how many of each, and what was odd.

    `changed_by_others` and `lost` are published files, relative to the directory, that
    somebody else wrote or took away. `revived`: the movie had been deleted.
    `is_another`: its ids are others than before, so what was known of it is forgotten.
    `moved_from` is the directory that it was in before, None if it was in this one.
    """

    movie_id: int
    directory: str
    title: str
    year: int | None
    nfo: str
    files: int
    streams: int
    artworks: int
    missing: int
    editions: list[str]
    changed_by_others: list[str]
    lost: list[str]
    revived: bool
    is_another: bool
    moved_from: str | None
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class MovieScan:
    """A scan of `directory`, which must lie in one of the settings' libraries."""

    directory: Path
    settings: Settings
    phase: ScanPhase = field(default_factory=ScanPhase)

    def run(
        self, known: KnownMovie | None = None, seen: Mapping[str, list[int]] | None = None
    ) -> ScanSummary:
        """Read the directory, then write it into the library in one transaction.

        `known` is what the manager says of the movie; `seen` is what a
        `StillCopyingError` of an earlier attempt had observed. Every failure of
        `media.errors` comes before the commit, so none changes the library.

        A video whose size and mtime are as at the last scan is not probed again. A
        movie that was moved here from another directory stays the same, see `MoveSearch`.
        """
        root = root_of(self.directory, self.settings.roots())
        state = self._ensure_there(root)
        reading = self._read(root, state, known or KnownMovie(), seen or {})
        now = datetime.now(UTC)
        with self._library.writing() as session:
            remember_root(session, root, state, now)
            return self._record(session, root, reading, now)

    def _read(
        self, root: Path, state: RootState, known: KnownMovie, seen: Mapping[str, list[int]]
    ) -> Reading:
        rules = ScanRules(root, self.phase)
        inventory = take_inventory(self.directory, rules)
        leftovers = ensure_complete(inventory.files, seen, self.phase.quiet_seconds, rules.endings)
        try:
            earlier = self._recall(inventory, rules, known)
            standings = standings_of(self.directory, earlier.published.values())
            ours = {path for path, now in standings.items() if now is Standing.OURS}
            found = MovieReader(inventory, rules, earlier, ours).read(known)
        finally:
            # Also after a failure: what is being written looks broken while it grows.
            self._ensure_unchanged(rules, state, inventory)
        return Reading(inventory, earlier, standings, found, [*found.warnings, *leftovers])

    def _recall(self, inventory: Inventory, rules: ScanRules, known: KnownMovie) -> Earlier:
        with self._library.reading() as session:
            earlier = recall_movie(session, self.directory)
        if earlier.movie_id is not None:
            return earlier
        videos = MovieReader(inventory, rules).features()
        moved = MoveSearch(inventory, self.settings, self.phase).run(videos, known)
        if moved is None:
            return earlier
        with self._library.reading() as session:
            recalled = recall_by_id(session, moved.movie_id)
        # It may have been moved on since; then the write that follows must notice.
        return replace(as_they_lie(recalled, inventory), directory=moved.directory)

    def _record(self, session: Session, root: Path, reading: Reading, now: datetime) -> ScanSummary:
        path = str(self.directory)
        was_moved = follow_movie(session, reading.earlier, self.directory, now)
        before = session.execute(
            select(Movie.deleted_at, Movie.tmdb_id, Movie.imdb_id).where(Movie.directory == path)
        ).one_or_none()
        movie = record_movie(session, reading.found, now)
        files = reading.inventory.files
        record_standings(
            session, movie.id, reading.earlier.published, reading.standings, files, now
        )
        library, _settings = self.settings.library_at(root)
        note_scanned(session, path, library, reading.signature, now)
        revived = before is not None and before.deleted_at is not None
        if was_moved or revived or (before is not None and reading.has_other_videos()):
            session.add(
                LibraryChange(
                    directory=path, change="updated", files=[], movie_id=movie.id, created_at=now
                )
            )
        is_another = before is not None and _is_another(before.tmdb_id, before.imdb_id, movie)
        moved_from = str(reading.earlier.directory) if was_moved else None
        return _summary(movie, reading, revived, is_another, moved_from)

    @property
    def _library(self) -> Library:
        return Library(self.settings.library_database)

    def _ensure_there(self, root: Path) -> RootState:
        state = ensure_mounted(root, self.settings, but=self.directory)
        if not ScanRules(root).holds(str(self.directory)):
            raise OutsideLibraryError(f"{self.directory} links out of the library root {root}")
        return state

    def _ensure_unchanged(self, rules: ScanRules, state: RootState, inventory: Inventory) -> None:
        """Raise if the disk went, or somebody wrote to it, while it was being read."""
        root = rules.root
        _name, library = self.settings.library_at(root)
        if inspect_root(root, library.anchor) != state:
            raise LibraryUnavailableError(f"library root {root} changed during the scan")
        if take_inventory(self.directory, rules).files != inventory.files:
            raise StillCopyingError(f"{self.directory} changed during the scan")


def record_failure(directory: Path, error: Exception, settings: Settings) -> None:
    """Write down that the scan of `directory` failed for good, so that its batch goes on.

    Its next walk finds it changed again. Nothing is written for a directory that lies in
    no library.
    """
    try:
        root = root_of(directory, settings.roots())
    except OutsideLibraryError:
        return
    library, _settings = settings.library_at(root)
    message = f"{type(error).__name__}: {error}"
    with Library(settings.library_database).writing() as session:
        note_failed(session, str(directory), library, message, datetime.now(UTC))


def _is_another(tmdb_id: int | None, imdb_id: str | None, movie: Movie) -> bool:
    if tmdb_id is not None:
        return movie.tmdb_id != tmdb_id
    return imdb_id is not None and movie.imdb_id != imdb_id


def _summary(
    movie: Movie, reading: Reading, revived: bool, is_another: bool, moved_from: str | None
) -> ScanSummary:
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
        editions=sorted({file.edition for file in files if file.edition}),
        changed_by_others=reading.published(Standing.CHANGED),
        lost=reading.published(Standing.MISSING),
        revived=revived,
        is_another=is_another,
        moved_from=moved_from,
        warnings=reading.warnings,
    )

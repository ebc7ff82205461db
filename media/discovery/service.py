"""Find and measure what lies beside a movie."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from media.asset_kinds import ACTOR
from media.discovery.local_files import find_local_files
from media.discovery.reading import Progress, read_files
from media.discovery.recording import record_assets, unread_pictures, unread_trailers
from media.library.database import Library
from media.library.movies import present_movie
from media.library_root import inspect_root, root_of
from media.phases import ScanPhase
from media.scan.rules import ScanRules
from media.settings import Settings


@dataclass(frozen=True)
class DiscoverySummary:
    """What lies beside a movie: artwork by kind, how much had to be read, what was odd."""

    movie_id: int
    artworks: dict[str, int]
    actors: int
    trailers: int
    read: int
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def discover_assets(
    movie_id: int,
    settings: Settings,
    phase: ScanPhase | None = None,
    progress: Progress | None = None,
) -> DiscoverySummary:
    """Record a movie's local artwork, actors' pictures and trailers, with their measures.

    `phase` says what is looked at, as it does for a scan.
    Only what changed since it was read is read again, so a run over a directory
    as it was costs one listing. A picture that cannot be read is a warning, and
    has a row without measures.

    Raises:
        MovieUnknownError: no such movie, or it was deleted.
        OutsideLibraryError: its directory lies in no library.
        LibraryUnavailableError, MovieDirectoryMissingError: it is not there now.
        UnreadableFileError: the directory may not be listed.
    """
    library = Library(settings.library_database)
    with library.reading() as session:
        directory = Path(present_movie(session, movie_id).directory)
    root = _ensure_there(directory, settings)
    found = find_local_files(directory, ScanRules(root, phase or ScanPhase()))
    with library.reading() as session:
        movie = present_movie(session, movie_id)
        pictures = unread_pictures(movie, found.pictures)
        trailers = unread_trailers(movie, found.trailers)
    reading = read_files(directory, pictures, trailers, settings.http.max_image_pixels, progress)
    with library.writing() as session:
        movie = present_movie(session, movie_id)
        record_assets(movie, found, reading, datetime.now(UTC))
        present = [row for row in movie.artworks if row.missing_since is None]
        kinds = Counter(row.kind for row in present)
        broken = [row.relative_path for row in present if row.perceptual_hash is None]
    broken += [file.relative_path for file, probe in reading.probes.items() if probe is None]
    return DiscoverySummary(
        movie_id=movie_id,
        actors=kinds.pop(ACTOR, 0),
        artworks=dict(sorted(kinds.items())),
        trailers=len(found.trailers),
        read=len(pictures) + len(trailers),
        warnings=[f"{path} cannot be read: it is damaged or too large" for path in broken],
    )


def _ensure_there(directory: Path, settings: Settings) -> Path:
    """Return the movie's library root.

    Raises `LibraryUnavailableError` if it is not mounted: nothing is missing then.
    """
    root = root_of(directory, settings.roots())
    _name, library = settings.library_at(root)
    inspect_root(root, library.anchor)
    return root

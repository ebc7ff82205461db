"""Enrich one movie of the library."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from media.enrichment.description import Description
from media.enrichment.from_nfo import NfoFound, description_by_nfo, read_nfos
from media.enrichment.from_tmdb import description_by_tmdb
from media.enrichment.identification import Identification, Match
from media.enrichment.identity import Identity, identity_of
from media.enrichment.summary import EnrichmentSummary
from media.enrichment.writing import forget_artwork, replace_credits, write_values
from media.library.database import Library
from media.library.describe import LOCAL
from media.library.models import Movie
from media.library.movies import present_movie
from media.movie import FileRole
from media.nfo import MovieNfo
from media.phases import EnrichmentPhase
from media.providers.tmdb import Tmdb
from media.settings import Settings

# What only makes sense for the movie that it was said of; what a scan always knows is not among it.
_OF_ONE_MOVIE = (
    *("original_title", "sort_title", "premiered", "plot", "outline", "tagline"),
    *("runtime_minutes", "certification", "collection", "collection_id", "collection_overview"),
    *("genres", "countries", "studios", "tags", "languages", "original_language"),
    *("release_status", "popularity", "ratings", "trailer_url", "tvdb_id"),
)
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Enrichment:
    """Finds out all about movies; `phase` says in which language and for which region."""

    settings: Settings
    phase: EnrichmentPhase

    def run(self, movie_id: int) -> EnrichmentSummary:
        """Ask TMDB about the movie, then write it into the library in one transaction.

        Without a key, and where TMDB has no sure match, it is what the NFO and the
        file tell, and `metadata_source` says `local`. Fields that are locked stay.
        Running it again changes nothing that did not change outside.

        Raises:
            MovieUnknownError: the library has no such movie, or it was deleted.
            LibraryUnavailableError, StillCopyingError: the NFO cannot be read now.
            LibraryDatabaseError: the library database is busy or its disk is full.
            Any error of `media.outside.OutsideClient`: TMDB cannot be asked. Nothing was changed.
        """
        while True:
            identity = self._identity(movie_id)
            found = read_nfos(identity.nfos)
            match, warnings = self._asked(identity)
            with self._library.writing() as session:
                movie = present_movie(session, movie_id)
                # A scan that ran meanwhile may have put it right: then this is about another.
                if identity_of(movie) == identity:
                    return self._write(session, movie, match, found, warnings)

    @property
    def _library(self) -> Library:
        return Library(self.settings.library_database)

    def _identity(self, movie_id: int) -> Identity:
        with self._library.reading() as session:
            return identity_of(present_movie(session, movie_id))

    def _asked(self, identity: Identity) -> tuple[Match | None, list[str]]:
        if not self.settings.providers.tmdb.is_configured:
            return None, []
        with Tmdb(self.settings) as tmdb:
            identification = Identification(tmdb, self.phase, identity)
            return identification.find(), identification.warnings

    def _write(
        self,
        session: Session,
        movie: Movie,
        match: Match | None,
        found: NfoFound,
        warnings: list[str],
    ) -> EnrichmentSummary:
        number = match.movie.details.id if match else movie.tmdb_id
        is_another = None not in (number, movie.enriched_tmdb_id) and (
            number != movie.enriched_tmdb_id
        )
        if is_another:
            forget_artwork(session, movie)
        told = self._told(movie, match, found.nfo, is_another=is_another)
        locked = write_values(movie, told.values)
        if told.parts or match or is_another:
            replace_credits(session, movie, told.parts)
        movie.metadata_source = "tmdb" if match else LOCAL
        movie.enriched_tmdb_id = number if number is not None else movie.enriched_tmdb_id
        movie.enriched_at = datetime.now(UTC)
        session.flush()
        return EnrichmentSummary(
            movie_id=movie.id,
            title=movie.title,
            year=movie.year,
            tmdb_id=movie.tmdb_id,
            imdb_id=movie.imdb_id,
            source=movie.metadata_source,
            matched_by=match.by if match else None,
            reidentified=is_another,
            cast=_count(told, "cast"),
            crew=_count(told, "crew"),
            locked=locked,
            warnings=[*warnings, *found.warnings],
        )

    def _told(
        self, movie: Movie, match: Match | None, nfo: MovieNfo, *, is_another: bool
    ) -> Description:
        """Join what TMDB says and what the NFO does, if that is about the same movie."""
        by_nfo = description_by_nfo(nfo) if _is_of(nfo, movie, match) else Description()
        before: dict[str, Any] = dict.fromkeys(_OF_ONE_MOVIE) if is_another else {}
        if match is None:
            by_file = _runtime_of(movie) if movie.runtime_minutes is None else {}
            return Description({**before, **by_file, **by_nfo.values}, by_nfo.parts)
        by_tmdb = description_by_tmdb(match.movie, self.phase)
        ratings = {
            **(movie.ratings or {} if not is_another else {}),
            **by_nfo.values.get("ratings", {}),
            **by_tmdb.values.get("ratings", {}),
        }
        values = {**before, **by_nfo.values, **by_tmdb.values, "ratings": ratings}
        return Description(values, by_tmdb.parts)


def _is_of(nfo: MovieNfo, movie: Movie, match: Match | None) -> bool:
    """Whether the NFO is about the same movie, as far as its ids tell."""
    ids = (movie.tmdb_id, movie.imdb_id)
    if match:
        ids = (match.movie.details.id, match.movie.details.imdb_id)
    pairs = zip((nfo.tmdb_id, nfo.imdb_id), ids, strict=True)
    return all(said == known for said, known in pairs if None not in (said, known))


def _runtime_of(movie: Movie) -> dict[str, int]:
    """Return how long the movie's file runs, or its parts together."""
    durations = [
        file.duration_ms or 0
        for file in movie.files
        if file.role in (FileRole.MAIN, FileRole.PART) and file.missing_since is None
    ]
    minutes = round(sum(durations) / _MINUTE_MS)
    return {"runtime_minutes": minutes} if minutes else {}


def _count(told: Description, kind: str) -> int:
    return sum(part.kind == kind for part in told.parts)

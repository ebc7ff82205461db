"""Find the movie at TMDB."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from media.enrichment.identity import Identity
from media.enrichment.titles import sure_match
from media.errors import NotFoundAtServiceError
from media.phases import EnrichmentPhase
from media.providers.tmdb import Tmdb, TmdbMovie


@dataclass(frozen=True)
class Match:
    """What TMDB says, and by what it was found."""

    movie: TmdbMovie
    by: str


@dataclass
class Identification:
    """Looks for a movie: by TMDB's id, by IMDb's, then by title and year.

    Nothing is guessed: `find` returns None where none of them is sure, and
    `warnings` tells why.
    """

    tmdb: Tmdb
    phase: EnrichmentPhase
    identity: Identity
    warnings: list[str] = field(default_factory=list)

    def find(self) -> Match | None:
        """Return the movie, None when it cannot be told for sure."""
        for way, tmdb_id in self._ways():
            try:
                movie = self.tmdb.movie(tmdb_id, self.phase.language, self.phase.region)
            except NotFoundAtServiceError:
                self.warnings.append(f"TMDB has no movie {tmdb_id} any more")
            else:
                return Match(movie, way)
        return None

    def _ways(self) -> Iterator[tuple[str, int]]:
        identity = self.identity
        if identity.tmdb_id is not None:
            yield "tmdb_id", identity.tmdb_id
            if identity.is_fixed:
                return
        if identity.imdb_id and (found := self.tmdb.find_by_imdb(identity.imdb_id)):
            yield "imdb_id", found
        if (found := self._searched()) is not None:
            yield "search", found
        else:
            year = f" ({identity.year})" if identity.year else ""
            self.warnings.append(f"TMDB has no sure match for {identity.title!r}{year}")

    def _searched(self) -> int | None:
        titles = [one for one in (self.identity.title, self.identity.original_title) if one]
        for language in dict.fromkeys((self.phase.language, "en")):
            for title in dict.fromkeys(titles):
                for year in dict.fromkeys((self.identity.year, None)):
                    found = self.tmdb.search(title, year, language, self.phase.region)
                    if match := sure_match(found, titles, self.identity.year):
                        return match.id
        return None

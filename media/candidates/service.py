"""Fetch what the providers offer for a movie."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from media.candidates.asking import MovieIds, ask_all
from media.candidates.recording import record_candidates
from media.errors import last_to_pass
from media.library.database import Library
from media.library.models import Movie
from media.library.movies import present_movie
from media.phases import EnrichmentPhase
from media.settings import Settings


@dataclass(frozen=True)
class CandidatesSummary:
    """What is offered for a movie, by provider and by kind; `added` of it is new.

    `failed` tells what providers that gave nothing said instead. `is_enabled` is false
    when the configuration says that nobody is to be asked.
    """

    movie_id: int
    is_enabled: bool
    asked: list[str] = field(default_factory=list)
    offered: dict[str, dict[str, int]] = field(default_factory=dict)
    added: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def fetch_candidates(
    movie_id: int, settings: Settings, phase: EnrichmentPhase
) -> CandidatesSummary:
    """Ask all providers that have a key, and record the artwork and trailers they offer.

    What some of them gave is recorded before the failure of another is raised. What
    trying again cannot help, such as a wrong key, is in the summary's `failed`.

    Raises:
        MovieUnknownError: no such movie, or it was deleted.
        PassingError: a provider may answer later; of several the one that asks for
            the longest wait.
    """
    library = Library(settings.library_database)
    while True:
        with library.reading() as session:
            ids = _ids_of(present_movie(session, movie_id))
        if not phase.fetch_provider_assets:
            return CandidatesSummary(movie_id, is_enabled=False)
        answers = ask_all(ids, settings, phase)
        with library.writing() as session:
            # It may have been put right meanwhile: then this is another movie's artwork.
            if _ids_of(present_movie(session, movie_id)) == ids:
                added = record_candidates(session, movie_id, answers.offered, datetime.now(UTC))
                break
    if error := last_to_pass(answers.passing.values()):
        raise error
    return CandidatesSummary(
        movie_id=movie_id,
        is_enabled=True,
        asked=[*answers.offered, *answers.failed],
        offered={
            name: dict(sorted(Counter(image.kind for image in images).items()))
            for name, images in answers.offered.items()
        },
        added=added,
        failed=dict(answers.failed),
    )


def _ids_of(movie: Movie) -> MovieIds:
    return MovieIds(movie.tmdb_id, movie.imdb_id, movie.tvdb_id)

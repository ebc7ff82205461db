"""A movie in the library, and its enrichment."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import Providers
from sqlalchemy import select

from media.enrichment import Enrichment, EnrichmentSummary
from media.library.database import Library
from media.library.models import MediaFile, Movie
from media.phases import EnrichmentPhase
from media.settings import Settings

NOW = datetime(2026, 5, 1, tzinfo=UTC)
Add = Callable[..., int]
Enrich = Callable[..., EnrichmentSummary]


@pytest.fixture
def add(library: Library, root: Path) -> Add:
    def added(title: str, *, nfo: str | None = None, **values: Any) -> int:
        directory = root / "movies" / title
        directory.mkdir(parents=True, exist_ok=True)
        movie = Movie(
            directory=str(directory),
            title=title,
            nfo_state="absent",
            created_at=NOW,
            scanned_at=NOW,
            **values,
        )
        main = MediaFile(
            role="main", relative_path="movie.mkv", size=1, mtime_ns=1, duration_ms=5_400_000
        )
        movie.files.append(main)
        if nfo is not None:
            (directory / "movie.nfo").write_text(nfo, encoding="utf-8")
            movie.files.append(MediaFile(role="nfo", relative_path="movie.nfo", size=1, mtime_ns=1))
        with library.writing() as session:
            session.add(movie)
            session.flush()
            return movie.id

    return added


@pytest.fixture
def enrich(providers: Providers, settings: Settings) -> Enrich:
    def enriched(movie_id: int, **phase: Any) -> EnrichmentSummary:
        here = providers.configure(settings)
        return Enrichment(here, EnrichmentPhase(**phase)).run(movie_id)

    return enriched


@pytest.fixture
def enrich_without_key(settings: Settings) -> Enrich:
    def enriched(movie_id: int) -> EnrichmentSummary:
        return Enrichment(settings, EnrichmentPhase()).run(movie_id)

    return enriched


@pytest.fixture
def load(library: Library) -> Callable[[int], Movie]:
    def loaded(movie_id: int) -> Movie:
        with library.reading() as session:
            movie = session.scalars(select(Movie).where(Movie.id == movie_id)).one()
            movie.credits.sort(key=lambda credit: (credit.kind, credit.position))
            session.expunge_all()
            return movie

    return loaded

"""A library with a movie in it, a cache, and a server of pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asset_library import NOW, Offering, Select
from fakes import PATIENT
from kept_files import Kept
from picture_server import PictureServer
from pytest_httpserver import HTTPServer

from media.cache import Cache
from media.library.database import Library
from media.library.models import Movie
from media.phases import EnrichmentPhase
from media.selection import SelectionSummary, select_assets
from media.settings import Settings


@pytest.fixture
def server() -> Iterator[PictureServer]:
    with HTTPServer() as http:
        yield PictureServer(http)


@pytest.fixture
def settings(root: Path, server: PictureServer) -> Settings:
    return Settings(
        libraries={"movies": root / "movies"},
        library_database=root / "library.db",
        cache_directory=root / "cache",
        http={"allowed_hosts": [server.host], **PATIENT},
    )


@pytest.fixture
def cache(settings: Settings) -> Cache:
    return Cache(settings.cache_directory)


@pytest.fixture
def movie_id(library: Library, movie_directory: Path) -> int:
    with library.writing() as session:
        movie = Movie(
            directory=str(movie_directory),
            title="Sintel",
            tmdb_id=45745,
            imdb_id="tt1727587",
            nfo_state="absent",
            created_at=NOW,
            scanned_at=NOW,
        )
        session.add(movie)
        session.flush()
        return movie.id


@pytest.fixture
def offering(library: Library, movie_id: int) -> Offering:
    return Offering(library, movie_id)


@pytest.fixture
def kept(library: Library, cache: Cache) -> Kept:
    return Kept(library, cache)


@pytest.fixture
def choose(movie_id: int, settings: Settings) -> Select:
    def _choose(settings: Settings = settings, **phase: object) -> SelectionSummary:
        return select_assets(movie_id, settings, EnrichmentPhase(**phase))

    return _choose

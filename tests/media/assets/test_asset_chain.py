"""From the providers' offers to files in the cache, also with a worker that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asset_library import Offering, Select
from fakes import Providers, faults
from picture_server import PictureServer
from sqlalchemy import select

from media.cache import Cache, intact_file
from media.candidates import fetch_candidates
from media.errors import PassingError
from media.library.database import Library
from media.library.models import Candidate, Movie, Selection
from media.phases import EnrichmentPhase
from media.selection import select_assets
from media.settings import Settings


@pytest.fixture
def providers() -> Iterator[Providers]:
    with Providers() as providers:
        yield providers


def chosen(library: Library, cache: Cache) -> dict[str, list[str]]:
    """Return the names of what is chosen, by kind; every file of it is there."""
    found: dict[str, list[str]] = {}
    with library.reading() as session:
        rows = select(Selection, Candidate).join(Candidate, Candidate.id == Selection.candidate_id)
        for row, candidate in session.execute(rows.order_by(Selection.kind, Selection.rank)):
            if row.kind != "trailer":
                assert intact_file(session, cache, row.cache_key) is not None
            found.setdefault(row.kind, []).append(candidate.url.rpartition("/")[2])
    return found


def test_what_the_providers_offer_ends_in_the_cache(
    movie_id: int, settings: Settings, library: Library, cache: Cache, providers: Providers
) -> None:
    settings, phase = providers.configure(settings), EnrichmentPhase()
    fetch_candidates(movie_id, settings, phase)
    summary = select_assets(movie_id, settings, phase)
    look = 4574500
    assert chosen(library, cache) == {
        "banner": [f"banner-look{look + 39}-1000x185.jpg"],
        "clearart": [f"clearart-look{look + 34}-1000x562.png"],
        "clearlogo": [
            f"logo-look{look + 31}-800x310.png",
            f"logo-look{look + 33}-400x155.png",
        ],
        "discart": [f"disc-look{look + 41}-1000x1000.png"],
        "fanart": [
            f"backdrop-look{look + 12}-3840x2160.jpg",
            f"backdrop-look{look + 11}-1920x1080.jpg",
            f"backdrop-look{look + 38}-1920x1080.jpg",
            f"backdrop-look{look + 53}-1920x1080.jpg",
        ],
        "keyart": [f"poster-look{look + 37}-1000x1426.jpg"],
        "landscape": [f"thumb-look{look + 40}-1000x562.jpg"],
        "poster": [
            f"poster-look{look + 2}-2000x3000.jpg",
            f"poster-look{look + 1}-1000x1500.jpg",
            f"poster-look{look + 36}-1000x1426.jpg",
        ],
        "trailer": ["watch?v=eRsGyueVLvQ"],
    }
    assert summary.failed == {}
    fetch_candidates(movie_id, settings, phase)
    again = select_assets(movie_id, settings, phase)
    assert (again.changed, again.downloaded) == (0, 0)


def test_a_movie_that_was_taken_for_another_gets_its_own(
    movie_id: int, settings: Settings, library: Library, cache: Cache, providers: Providers
) -> None:
    settings, phase = providers.configure(settings), EnrichmentPhase()
    fetch_candidates(movie_id, settings, phase)
    select_assets(movie_id, settings, phase)
    with library.writing() as session:
        movie = session.get_one(Movie, movie_id)
        movie.tmdb_id, movie.imdb_id, movie.tvdb_id = 603, "tt0133093", 169
    fetch_candidates(movie_id, settings, phase)
    select_assets(movie_id, settings, phase)
    names = [name for kind in chosen(library, cache).values() for name in kind]
    assert len(names) > 10
    assert [name for name in names if "look45745" in name] == []


def test_a_provider_without_an_answer_is_done_without_at_last(
    movie_id: int, settings: Settings, library: Library, cache: Cache, providers: Providers
) -> None:
    settings, phase = providers.configure(settings), EnrichmentPhase()
    providers.fanart.fail_with(faults.status(500))
    with pytest.raises(PassingError):
        fetch_candidates(movie_id, settings, phase)
    select_assets(movie_id, settings, phase)
    assert {"poster", "fanart", "clearlogo"} <= chosen(library, cache).keys()


DIES = """
import json, os, signal, sys
from contextlib import contextmanager
from media.library.database import Library
from media.phases import EnrichmentPhase
from media.selection import select_assets
from media.settings import Settings

settings = Settings.model_validate(json.loads(sys.argv[1]))
movie_id, left = map(int, sys.argv[2:])
writing = Library.writing

@contextmanager
def writing_until_dead(self):
    global left
    with writing(self) as session:
        yield session
        session.flush()
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    if left == 1:
        os.kill(os.getpid(), signal.SIGKILL)

Library.writing = writing_until_dead
select_assets(movie_id, settings, EnrichmentPhase())
"""


@pytest.mark.parametrize("transactions", [1, 2, 4, 5])
def test_a_worker_that_is_killed_is_made_up_for(
    movie_id: int,
    settings: Settings,
    library: Library,
    cache: Cache,
    offering: Offering,
    choose: Select,
    server: PictureServer,
    transactions: int,
) -> None:
    """The last transaction is the choice itself: killed before it was committed, or after."""
    for number in range(3):
        offering.offer(server.give_picture(f"/p{number}", number), votes=9 - number)
    offering.cast(server.give_picture("/actor", 7))
    killed = subprocess.run(
        [sys.executable, "-c", DIES, settings.model_dump_json(), str(movie_id), str(transactions)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        check=False,
        timeout=300,
    )
    assert killed.returncode == -signal.SIGKILL
    fetched = server.asked.total()
    summary = choose()
    assert chosen(library, cache) == {"poster": ["p0", "p1", "p2"]}
    assert (summary.actors, summary.failed) == (1, {})
    # What had been recorded is not fetched again.
    assert server.asked.total() <= 5
    assert summary.downloaded <= 5 - fetched + 1
    assert len(list(cache.files("image"))) == 4

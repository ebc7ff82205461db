"""A movie that was taken for another one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from media.enrichment import EnrichmentSummary
from media.library.database import Library
from media.library.models import Candidate, Movie, Selection

MATRIX, INCEPTION = 603, 27205
NOW = datetime(2026, 5, 1, tzinfo=UTC)

Add = Callable[..., int]
Enrich = Callable[..., EnrichmentSummary]
Load = Callable[[int], Movie]


def offer(library: Library, movie_id: int, kind: str, *, locked: bool) -> None:
    with library.writing() as session:
        candidate = Candidate(
            movie_id=movie_id,
            provider="tmdb",
            kind=kind,
            url=f"http://host/{kind}.jpg",
            fetched_at=NOW,
        )
        session.add(candidate)
        session.flush()
        session.add(
            Selection(
                movie_id=movie_id,
                kind=kind,
                rank=0,
                candidate_id=candidate.id,
                is_locked=locked,
                selected_at=NOW,
            )
        )


def kinds(library: Library, table: type[Candidate] | type[Selection]) -> set[str]:
    with library.reading() as session:
        return set(session.scalars(select(table.kind)))


@pytest.fixture
def wrong(add: Add, enrich: Enrich, library: Library) -> int:
    """Return a movie that was taken for The Matrix, with artwork of it."""
    number = add("Inception", tmdb_id=MATRIX)
    enrich(number)
    offer(library, number, "poster", locked=False)
    offer(library, number, "fanart", locked=True)
    return number


def put_right(library: Library, movie_id: int) -> None:
    with library.writing() as session:
        session.get_one(Movie, movie_id).tmdb_id = INCEPTION


def test_the_artwork_of_the_other_one_goes_but_for_what_a_person_chose(
    wrong: int, enrich: Enrich, library: Library
) -> None:
    put_right(library, wrong)
    assert enrich(wrong).reidentified
    assert kinds(library, Candidate) == {"fanart"}
    assert kinds(library, Selection) == {"fanart"}


def test_what_was_said_of_the_other_one_goes_too(
    wrong: int, enrich: Enrich, library: Library, load: Load
) -> None:
    put_right(library, wrong)
    enrich(wrong)
    movie = load(wrong)
    assert (movie.title, movie.imdb_id) == ("Inception", "tt1375666")
    assert (movie.collection, movie.collection_id, movie.tags) == (None, None, None)
    assert [one.name for one in movie.credits if one.kind == "cast"] == [
        "Leonardo DiCaprio",
        "Joseph Gordon-Levitt",
    ]


def test_the_second_run_after_it_is_as_any_other(
    wrong: int, enrich: Enrich, library: Library
) -> None:
    put_right(library, wrong)
    enrich(wrong)
    offer(library, wrong, "clearlogo", locked=False)
    assert not enrich(wrong).reidentified
    assert kinds(library, Selection) == {"fanart", "clearlogo"}


def test_without_a_key_the_artwork_goes_as_well(
    wrong: int, enrich_without_key: Enrich, library: Library, load: Load
) -> None:
    with library.writing() as session:
        movie = session.get_one(Movie, wrong)
        movie.tmdb_id, movie.title, movie.year = INCEPTION, "Inception", 2010
    assert enrich_without_key(wrong).reidentified
    assert kinds(library, Candidate) == {"fanart"}
    movie = load(wrong)
    assert (movie.title, movie.year, movie.plot, movie.credits) == ("Inception", 2010, None, [])


def test_a_movie_that_is_the_same_keeps_its_artwork(
    wrong: int, enrich: Enrich, library: Library
) -> None:
    assert not enrich(wrong).reidentified
    assert kinds(library, Candidate) == {"poster", "fanart"}

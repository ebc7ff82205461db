from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fakes import Providers, faults
from sqlalchemy import select

from media.enrichment import EnrichmentSummary
from media.errors import (
    MovieUnknownError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
)
from media.library.database import Library
from media.library.models import CacheFile, Credit, Movie

MATRIX, AMELIE, SINTEL = 603, 194, 45745

Add = Callable[..., int]
Enrich = Callable[..., EnrichmentSummary]
Load = Callable[[int], Movie]


def test_all_that_tmdb_tells_is_in_the_library(add: Add, enrich: Enrich, load: Load) -> None:
    summary = enrich(add("Matrix", tmdb_id=MATRIX))
    movie = load(summary.movie_id)
    assert (movie.title, movie.original_title, movie.year) == ("The Matrix", "The Matrix", 1999)
    assert movie.premiered == "1999-03-31"
    assert (movie.plot or "").startswith("A hacker")
    assert movie.tagline == "Believe the unbelievable."
    assert movie.runtime_minutes == 136
    assert movie.certification == "R"
    assert (movie.collection, movie.collection_id) == ("The Matrix Collection", 2344)
    assert movie.genres == ["Action", "Science Fiction"]
    assert movie.countries == ["United States of America"]
    assert movie.studios == ["Village Roadshow Pictures", "Silver Pictures"]
    assert movie.tags == ["artificial reality", "dystopia"]
    assert movie.languages == ["en"]
    assert movie.original_language == "en"
    assert movie.release_status == "Released"
    assert movie.popularity == 90.0
    assert movie.ratings == {"themoviedb": {"value": 8.2, "votes": 25000, "max": 10}}
    assert movie.trailer_url == "https://www.youtube.com/watch?v=m8e-FF8MsqU"
    assert (movie.tmdb_id, movie.imdb_id) == (MATRIX, "tt0133093")
    assert movie.metadata_source == "tmdb"
    assert movie.enriched_tmdb_id == MATRIX
    assert movie.enriched_at is not None


def test_cast_and_crew_are_in_their_order(
    add: Add, enrich: Enrich, load: Load, providers: Providers
) -> None:
    summary = enrich(add("Matrix", tmdb_id=MATRIX))
    people = load(summary.movie_id).credits
    cast = [one for one in people if one.kind == "cast"]
    assert [(one.position, one.name, one.role) for one in cast] == [
        (0, "Keanu Reeves", "Thomas A. Anderson / Neo"),
        (1, "Laurence Fishburne", "Morpheus"),
        (2, "Carrie-Anne Moss", "Trinity"),
    ]
    assert (cast[0].picture_url or "").startswith(f"{providers.images.url}/t/p/h632/actor-look6384")
    crew = [(one.name, one.department, one.job) for one in people if one.kind == "crew"]
    assert crew[0] == ("Lana Wachowski", "Directing", "Director")
    assert ("Lana Wachowski", "Writing", "Writer") in crew
    assert (summary.cast, summary.crew) == (3, 4)


def test_the_summary_is_plain(add: Add, enrich: Enrich) -> None:
    number = add("Matrix", tmdb_id=MATRIX)
    assert enrich(number).as_json() == {
        "movie_id": number,
        "title": "The Matrix",
        "year": 1999,
        "tmdb_id": MATRIX,
        "imdb_id": "tt0133093",
        "source": "tmdb",
        "matched_by": "tmdb_id",
        "reidentified": False,
        "cast": 3,
        "crew": 4,
        "locked": [],
        "warnings": [],
    }


def test_language_and_region_are_the_configurations(
    add: Add, enrich: Enrich, load: Load, providers: Providers
) -> None:
    summary = enrich(add("Matrix", tmdb_id=MATRIX), language="de", region="DE")
    movie = load(summary.movie_id)
    assert movie.title == "Matrix"
    assert (movie.plot or "").startswith("Ein Hacker")
    assert movie.certification == "16"
    assert movie.trailer_url == "https://www.youtube.com/watch?v=xyzGermanTr1"
    [request] = providers.tmdb.asked("/3/movie/.*")
    assert request.query["language"] == "de-DE"


@pytest.mark.parametrize(
    ("known", "by"),
    [
        ({"tmdb_id": AMELIE}, "tmdb_id"),
        ({"imdb_id": "tt0211915"}, "imdb_id"),
        ({"year": 2001}, "search"),
        ({"year": 2002}, "search"),
        ({}, "search"),
        # Nobody at TMDB has this id, so the title decides.
        ({"imdb_id": "tt9999999", "year": 2001}, "search"),
    ],
)
def test_a_movie_is_found_by_what_is_known(
    add: Add, enrich: Enrich, known: dict[str, object], by: str
) -> None:
    summary = enrich(add("Amélie", **known))
    assert (summary.matched_by, summary.tmdb_id) == (by, AMELIE)
    assert summary.imdb_id == "tt0211915"


def test_a_title_is_found_in_another_language_than_the_configurations(
    add: Add, enrich: Enrich
) -> None:
    summary = enrich(add("Amélie", year=2001), language="de", region="DE")
    assert summary.title == "Die fabelhafte Welt der Amélie"


@pytest.mark.parametrize(
    ("title", "known", "imdb"),
    [
        ("Solaris", {}, None),
        ("Solaris", {"year": 1985}, None),
        ("Matri", {"year": 1999}, None),
        ("My holidays", {"year": 2001}, None),
    ],
)
def test_without_a_sure_match_nothing_is_guessed(
    add: Add,
    enrich: Enrich,
    load: Load,
    title: str,
    known: dict[str, int],
    imdb: str | None,
) -> None:
    summary = enrich(add(title, **known))
    assert (summary.source, summary.matched_by, summary.tmdb_id) == ("local", None, None)
    assert f"no sure match for '{title}'" in summary.warnings[0]
    movie = load(summary.movie_id)
    assert (movie.title, movie.metadata_source) == (title, "local")
    assert movie.enriched_at is not None


def test_a_movie_that_tmdb_took_away_is_found_by_its_imdb_id(
    add: Add, enrich: Enrich, load: Load
) -> None:
    summary = enrich(add("Amélie", tmdb_id=999_999, imdb_id="tt0211915"))
    assert (summary.matched_by, summary.tmdb_id) == ("imdb_id", AMELIE)
    assert summary.warnings == ["TMDB has no movie 999999 any more"]
    assert load(summary.movie_id).tmdb_id == AMELIE


def test_a_movie_that_tmdb_took_away_is_found_by_its_title(add: Add, enrich: Enrich) -> None:
    summary = enrich(add("Amélie", tmdb_id=999_999, year=2001))
    assert (summary.matched_by, summary.tmdb_id) == ("search", AMELIE)


def test_a_movie_that_tmdb_took_away_for_good_is_local(add: Add, enrich: Enrich) -> None:
    summary = enrich(add("Nothing of the kind", tmdb_id=999_999, year=2001))
    assert (summary.source, summary.tmdb_id) == ("local", 999_999)
    assert len(summary.warnings) == 2


def test_an_id_that_a_person_fixed_is_never_another(add: Add, enrich: Enrich) -> None:
    number = add("Amélie", tmdb_id=999_999, year=2001, locked_fields=["tmdb_id"])
    summary = enrich(number)
    assert (summary.source, summary.tmdb_id) == ("local", 999_999)


def test_locked_fields_stay(add: Add, enrich: Enrich, load: Load) -> None:
    number = add(
        "My Matrix", tmdb_id=MATRIX, plot="Mine.", locked_fields=["title", "plot", "poster"]
    )
    summary = enrich(number)
    movie = load(number)
    assert (movie.title, movie.plot, movie.tagline) == (
        "My Matrix",
        "Mine.",
        "Believe the unbelievable.",
    )
    assert summary.locked == ["plot", "title"]


def test_a_picture_that_was_fetched_stays_with_its_person(
    add: Add, enrich: Enrich, load: Load, library: Library, providers: Providers
) -> None:
    number = add("Matrix", tmdb_id=MATRIX)
    enrich(number)
    with library.writing() as session:
        session.add(
            CacheFile(
                key="k", asset_type="image", extension="jpg", size=1, created_at=datetime.now(UTC)
            )
        )
        session.flush()
        for credit in session.scalars(select(Credit).where(Credit.name == "Keanu Reeves")):
            credit.picture_key = "k"
    providers.tmdb.overrides[MATRIX] = {
        "credits": {
            "cast": [
                {"id": 1, "name": "Somebody New", "order": 0},
                {
                    "id": 6384,
                    "name": "Keanu Reeves",
                    "character": "Neo",
                    "order": 1,
                    "profile_path": "/actor-look6384-400x600.jpg",
                },
            ],
            "crew": [],
        }
    }
    enrich(number)
    people = load(number).credits
    assert [(one.position, one.name, one.role, one.picture_key) for one in people] == [
        (0, "Somebody New", None, None),
        (1, "Keanu Reeves", "Neo", "k"),
    ]


def test_a_second_run_changes_nothing(add: Add, enrich: Enrich, load: Load) -> None:
    number = add("Matrix", tmdb_id=MATRIX)
    first = enrich(number)
    before = load(number)
    assert enrich(number) == first
    after = load(number)
    assert [credit.id for credit in after.credits] == [credit.id for credit in before.credits]
    assert after.ratings == before.ratings


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.status(500), ServiceFailedError),
        (faults.status(429, retry_after="30"), RateLimitedError),
        (faults.status(401), ServiceRefusedError),
    ],
)
def test_a_failure_changes_nothing(
    add: Add,
    enrich: Enrich,
    load: Load,
    providers: Providers,
    fault: faults.Fault,
    error: type[Exception],
) -> None:
    number = add("Matrix", tmdb_id=MATRIX)
    providers.tmdb.fail_with(fault)
    with pytest.raises(error):
        enrich(number)
    movie = load(number)
    assert (movie.title, movie.metadata_source, movie.enriched_at) == ("Matrix", None, None)


def test_a_movie_that_is_not_there_is_unknown(add: Add, enrich: Enrich, library: Library) -> None:
    with pytest.raises(MovieUnknownError):
        enrich(4711)
    number = add("Matrix", tmdb_id=MATRIX, deleted_at=datetime.now(UTC))
    with pytest.raises(MovieUnknownError):
        enrich(number)


def test_what_was_put_right_meanwhile_is_asked_for_again(
    add: Add, enrich: Enrich, library: Library, providers: Providers
) -> None:
    number = add("Matrix", tmdb_id=MATRIX)
    fine = providers.tmdb.answer

    def put_right(request: object) -> object:
        with library.writing() as session:
            session.get_one(Movie, number).tmdb_id = SINTEL
        return fine(request)  # type: ignore[arg-type]

    providers.tmdb.answer = put_right  # type: ignore[method-assign]
    summary = enrich(number)
    assert (summary.title, summary.tmdb_id) == ("Sintel", SINTEL)

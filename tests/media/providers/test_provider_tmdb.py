from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from fakes import Providers, faults
from fakes import tmdb as fake
from hypothesis import given
from hypothesis import strategies as st

from media.errors import (
    InvalidAnswerError,
    NotFoundAtServiceError,
    ServiceRefusedError,
    SettingsError,
)
from media.library.database import Library
from media.library.models import ProviderState
from media.providers.tmdb import Tmdb
from media.providers.tmdb.windows import LONGEST, day_windows
from media.settings import Settings

MATRIX, AMELIE = 603, 194


@pytest.fixture
def here(providers: Providers, settings: Settings) -> Settings:
    return providers.configure(settings)


@pytest.fixture
def tmdb(here: Settings) -> Iterator[Tmdb]:
    with Tmdb(here) as client:
        yield client


def test_a_movie_is_one_request(tmdb: Tmdb, providers: Providers) -> None:
    details = tmdb.movie(MATRIX, "en", "US").details
    assert (details.title, details.imdb_id, details.runtime) == ("The Matrix", "tt0133093", 136)
    assert details.credits.cast[0].name == "Keanu Reeves"
    assert {person.job for person in details.credits.crew} == {"Director", "Writer", "Producer"}
    assert [one.name for one in details.keywords.keywords] == ["artificial reality", "dystopia"]
    assert details.belongs_to_collection is not None
    assert details.belongs_to_collection.name == "The Matrix Collection"
    assert len(providers.tmdb.asked("/3/movie/.*")) == 1


def test_artwork_has_kodis_kinds(tmdb: Tmdb) -> None:
    images = tmdb.movie(MATRIX, "de", "DE").images()
    kinds = {kind: [one for one in images if one.kind == kind] for kind in {i.kind for i in images}}
    assert {kind: len(found) for kind, found in kinds.items()} == {
        "poster": 5,
        "keyart": 1,
        "fanart": 2,
        "landscape": 1,
        "clearlogo": 1,
        "trailer": 2,
    }
    assert {one.language for one in kinds["poster"]} == {"en", "de", None}
    [keyart] = kinds["keyart"]
    assert (keyart.is_textless, keyart.language) == (True, None)
    best = kinds["poster"][1]
    assert (best.width, best.height, best.votes, best.vote_average) == (2000, 3000, 20, 6.0)


def test_pictures_are_there_in_full_and_as_a_preview(tmdb: Tmdb, providers: Providers) -> None:
    poster = tmdb.movie(MATRIX, "en", "US").images()[0]
    assert poster.url == f"{providers.images.url}/t/p/original{poster.provider_id}"
    assert poster.preview_url == f"{providers.images.url}/t/p/w342{poster.provider_id}"


def test_drawings_that_players_cannot_show_are_left_out(tmdb: Tmdb) -> None:
    assert not any(one.url.endswith(".svg") for one in tmdb.movie(MATRIX, "en", "US").images())


def test_pictures_come_in_the_language_in_english_and_without_text(tmdb: Tmdb) -> None:
    posters = [one for one in tmdb.movie(MATRIX, "fr", "FR").images() if one.kind == "poster"]
    assert {one.language for one in posters} == {"en", None}


def test_trailers_are_addresses_to_watch_at(tmdb: Tmdb) -> None:
    trailers = [one for one in tmdb.movie(MATRIX, "de", "DE").images() if one.kind == "trailer"]
    assert [one.url for one in trailers] == [
        "https://www.youtube.com/watch?v=m8e-FF8MsqU",
        "https://www.youtube.com/watch?v=xyzGermanTr1",
    ]
    assert [(one.language, one.height, one.is_official) for one in trailers] == [
        ("en", 1080, True),
        ("de", 1080, True),
    ]


@pytest.mark.parametrize(("region", "rating"), [("US", "R"), ("DE", "16"), ("FR", None)])
def test_the_rating_is_the_theatres_in_the_region(
    tmdb: Tmdb, region: str, rating: str | None
) -> None:
    assert tmdb.movie(MATRIX, "en", region).certification(region) == rating


def test_what_is_not_translated_is_english(tmdb: Tmdb) -> None:
    german = tmdb.movie(MATRIX, "de", "DE")
    assert german.details.title == "Matrix"
    assert (german.text("overview", "de") or "").startswith("Ein Hacker")
    assert german.text("tagline", "de") == "Believe the unbelievable."
    french = tmdb.movie(MATRIX, "fr", "FR")
    assert (french.text("overview", "fr") or "").startswith("A hacker")


def test_the_configuration_is_asked_for_once_by_all_workers(
    here: Settings, providers: Providers, library: Library
) -> None:
    for _worker in range(3):
        with Tmdb(here) as tmdb:
            tmdb.movie(MATRIX, "en", "US")
    assert len(providers.tmdb.asked("/3/configuration")) == 1
    with library.writing() as session:
        state = session.get_one(ProviderState, "tmdb")
        state.configuration_expires_at = datetime.now(UTC) - timedelta(seconds=1)
    with Tmdb(here) as tmdb:
        tmdb.movie(MATRIX, "en", "US")
    assert len(providers.tmdb.asked("/3/configuration")) == 2


def test_a_movie_that_is_not_there_is_not_found(tmdb: Tmdb) -> None:
    with pytest.raises(NotFoundAtServiceError, match="could not be found"):
        tmdb.movie(999_999, "en", "US")


def test_an_imdb_id_leads_to_the_movie(tmdb: Tmdb) -> None:
    assert tmdb.find_by_imdb("tt0211915") == AMELIE
    assert tmdb.find_by_imdb("tt9999999") is None
    assert tmdb.find_by_imdb("no such/../id") is None


def test_a_search_finds_by_title_and_year(tmdb: Tmdb) -> None:
    assert {one.id for one in tmdb.search("Solaris", None, "en", "US")} == {593, 2103}
    [found] = tmdb.search("solaris", 1972, "en", "US")
    assert (found.id, found.year, found.original_title) == (593, 1972, "Солярис")
    assert list(tmdb.search("nothing of the kind", None, "en", "US")) == []


@pytest.mark.parametrize("key", ["token", "api_key"])
def test_either_key_will_do(providers: Providers, settings: Settings, key: str) -> None:
    keys = {"token": fake.TOKEN, "api_key": fake.API_KEY}
    here = settings.model_validate(
        {
            **settings.model_dump(),
            "providers": {"tmdb": {"base_url": providers.tmdb.url, key: keys[key]}},
        }
    )
    with Tmdb(here) as tmdb:
        assert tmdb.movie(MATRIX, "en", "US").details.id == MATRIX


@pytest.mark.parametrize("key", ["token", "api_key"])
def test_a_wrong_key_is_refused_and_never_shown(
    providers: Providers, settings: Settings, key: str
) -> None:
    wrong = "wrong-key-0123456789"
    here = settings.model_validate(
        {
            **settings.model_dump(),
            "providers": {"tmdb": {"base_url": providers.tmdb.url, key: wrong}},
        }
    )
    with Tmdb(here) as tmdb, pytest.raises(ServiceRefusedError, match="Invalid API key") as failure:
        tmdb.movie(MATRIX, "en", "US")
    assert failure.value.status == 401
    assert wrong not in str(failure.value)


def test_without_a_key_there_is_no_client(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"providers\.tmdb"):
        Tmdb(settings)


def test_one_wrong_item_costs_that_item_alone(
    tmdb: Tmdb, providers: Providers, caplog: pytest.LogCaptureFixture
) -> None:
    providers.tmdb.overrides[MATRIX] = {
        "runtime": "long",
        "vote_average": "8.2",
        "belongs_to_collection": {"id": "none"},
        "keywords": "none",
        "credits": {
            "cast": [{"name": None}, "nobody", {"id": 1, "name": "Keanu Reeves", "order": None}],
            "crew": None,
        },
        "images": {"posters": [{"width": 5}, {"file_path": "/x.jpg", "width": "wide"}]},
        "videos": None,
        "something_new": {"of": "theirs"},
    }
    movie = tmdb.movie(MATRIX, "en", "US")
    assert movie.details.runtime is None
    assert movie.details.vote_average == 8.2
    assert [person.name for person in movie.details.credits.cast] == ["Keanu Reeves"]
    assert [(one.provider_id, one.width) for one in movie.images() if one.kind == "poster"] == [
        ("/x.jpg", None)
    ]
    assert "left out a wrong Person" in caplog.text


@pytest.mark.parametrize("wrong", [{"id": None}, {"title": ""}])
def test_without_id_or_title_it_is_no_movie(
    tmdb: Tmdb, providers: Providers, wrong: dict[str, object]
) -> None:
    providers.tmdb.overrides[MATRIX] = wrong
    with pytest.raises(InvalidAnswerError, match="tmdb sent what cannot be used"):
        tmdb.movie(MATRIX, "en", "US")


def test_a_list_is_no_movie(tmdb: Tmdb, providers: Providers) -> None:
    providers.tmdb.fail_with(faults.wrong_type("application/json", b"[]"))
    with pytest.raises(InvalidAnswerError):
        tmdb.movie(MATRIX, "en", "US")


def test_changes_are_read_to_the_last_page_and_window(tmdb: Tmdb, providers: Providers) -> None:
    since, until = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 2, 10, 12, tzinfo=UTC)
    inside = [(number, date(2026, 1, 1) + timedelta(days=number)) for number in range(41)]
    providers.tmdb.changes = [(900, date(2025, 12, 30)), *inside, (901, date(2026, 2, 20))]
    assert set(tmdb.changed_since(since, until)) == set(range(41))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_the_windows_cover_every_day_and_are_never_too_long(
    since: datetime, length: timedelta
) -> None:
    until = since + length
    windows = list(day_windows(since, until))
    assert windows[0][0] == since.date()
    assert windows[-1][1] > until.date()
    assert all(timedelta(0) < last - first <= LONGEST for first, last in windows)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(windows))

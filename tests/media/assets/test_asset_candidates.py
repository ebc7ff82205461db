from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fakes import Providers, faults
from sqlalchemy import delete, select, update

from media.candidates import fetch_candidates
from media.errors import (
    MovieUnknownError,
    PassingError,
    RateLimitedError,
    ServiceFailedError,
)
from media.library.database import Library
from media.library.models import CacheFile, Candidate, Movie, Selection
from media.phases import EnrichmentPhase
from media.settings import Settings

PHASE = EnrichmentPhase()
MATRIX = 603


@pytest.fixture
def providers() -> Iterator[Providers]:
    with Providers() as providers:
        yield providers


@pytest.fixture
def settings(settings: Settings, providers: Providers) -> Settings:
    return providers.configure(settings)


def candidates(library: Library, **wanted: object) -> list[Candidate]:
    with library.reading() as session:
        rows = select(Candidate).filter_by(**wanted).order_by(Candidate.id)
        return list(session.scalars(rows))


def with_order(settings: Settings, **order: tuple[str, ...]) -> Settings:
    providers = settings.providers.model_copy(update={"order": order})
    return settings.model_copy(update={"providers": providers})


def test_all_providers_are_recorded(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    summary = fetch_candidates(movie_id, settings, PHASE)
    assert (summary.asked, summary.failed) == (["tmdb", "fanart", "tvdb"], {})
    assert summary.offered["tmdb"] == {
        "clearlogo": 1,
        "fanart": 2,
        "keyart": 1,
        "landscape": 1,
        "poster": 4,
        "trailer": 1,
    }
    assert summary.offered["fanart"]["discart"] == 1
    assert summary.offered["tvdb"]["banner"] == 1
    rows = candidates(library)
    assert (
        len(rows) == summary.added == sum(sum(kinds.values()) for kinds in summary.offered.values())
    )
    poster = candidates(library, provider="tmdb", kind="poster", width=2000)[0]
    assert poster.url.startswith(f"{providers.images.url}/t/p/original/")
    assert (poster.height, poster.language, poster.votes, poster.is_textless) == (
        3000,
        "en",
        20,
        False,
    )
    assert (poster.vote_average, poster.gone_since, poster.cache_key) == (6.0, None, None)
    assert "/w342/" in (poster.preview_url or "")
    trailer = candidates(library, kind="trailer")[0]
    assert trailer.url == "https://www.youtube.com/watch?v=eRsGyueVLvQ"
    assert trailer.is_official
    # Recorded, and nothing of it downloaded.
    assert providers.images.requests == []
    assert summary.as_json()["added"] == len(rows)


def test_language_and_region_are_the_configurations(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    fetch_candidates(movie_id, settings, EnrichmentPhase(language="de", region="AT"))
    request = providers.tmdb.asked("/3/movie/.*")[0]
    assert request.query["language"] == "de-AT"
    assert candidates(library, provider="tmdb", kind="poster", language="de")


def test_fetching_again_changes_only_the_time(
    movie_id: int, settings: Settings, library: Library
) -> None:
    def seen() -> list[tuple[object, ...]]:
        rows = candidates(library)
        return [(row.id, row.provider, row.kind, row.url, row.gone_since) for row in rows]

    fetch_candidates(movie_id, settings, PHASE)
    first = seen()
    assert fetch_candidates(movie_id, settings, PHASE).added == 0
    assert seen() == first


def test_what_is_no_longer_offered_is_gone_and_stays(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    fetch_candidates(movie_id, settings, PHASE)
    disc = candidates(library, kind="discart")[0]
    with library.writing() as session:
        session.add(
            Selection(
                movie_id=movie_id,
                kind="discart",
                rank=0,
                candidate_id=disc.id,
                is_locked=True,
                selected_at=datetime.now(UTC),
            )
        )
    providers.fanart.without_art.add(45745)
    fetch_candidates(movie_id, settings, PHASE)
    assert {row.gone_since is None for row in candidates(library, provider="fanart")} == {False}
    assert {row.gone_since for row in candidates(library, provider="tmdb")} == {None}
    since = candidates(library, kind="discart")[0].gone_since
    fetch_candidates(movie_id, settings, PHASE)
    assert candidates(library, kind="discart")[0].gone_since == since
    with library.reading() as session:
        assert session.scalars(select(Selection.candidate_id)).all() == [disc.id]
    providers.fanart.without_art.clear()
    assert fetch_candidates(movie_id, settings, PHASE).added == 0
    assert {row.gone_since for row in candidates(library)} == {None}


def test_another_identity_takes_the_old_offers_away(
    movie_id: int, settings: Settings, library: Library
) -> None:
    fetch_candidates(movie_id, settings, PHASE)
    with library.writing() as session:
        session.execute(update(Movie).values(tmdb_id=603, imdb_id="tt0133093"))
    fetch_candidates(movie_id, settings, PHASE)
    there = [row.url for row in candidates(library) if row.gone_since is None]
    assert there
    assert [url for url in there if "look45745" in url] == []


@pytest.mark.parametrize("failing", ["tmdb", "fanart", "tvdb"])
def test_one_failing_provider_costs_the_others_nothing(
    movie_id: int, settings: Settings, library: Library, providers: Providers, failing: str
) -> None:
    fake = getattr(providers, failing)
    fake.fail_with(faults.status(500))
    with pytest.raises(ServiceFailedError, match=f"{failing}.* 500"):
        fetch_candidates(movie_id, settings, PHASE)
    others = {"tmdb", "fanart", "tvdb"} - {failing}
    assert {row.provider for row in candidates(library)} == others
    fake.recover()
    assert fetch_candidates(movie_id, settings, PHASE).failed == {}
    assert {row.provider for row in candidates(library)} == {"tmdb", "fanart", "tvdb"}


def test_how_long_to_wait_is_told(movie_id: int, settings: Settings, providers: Providers) -> None:
    providers.tmdb.fail_with(faults.status(500))
    providers.fanart.fail_with(faults.status(429, retry_after="7"))
    with pytest.raises(RateLimitedError) as raised:
        fetch_candidates(movie_id, settings, PHASE)
    assert raised.value.retry_after == 7


def test_a_provider_that_fails_keeps_what_it_had_offered(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    fetch_candidates(movie_id, settings, PHASE)
    providers.tmdb.fail_with(faults.status(503))
    with pytest.raises(PassingError):
        fetch_candidates(movie_id, settings, PHASE)
    assert {row.gone_since for row in candidates(library)} == {None}


@pytest.mark.parametrize(
    "fault",
    [faults.status(401), faults.broken_json(), faults.wrong_type()],
    ids=["refused", "broken", "page"],
)
def test_what_does_not_pass_is_told_and_not_tried_again(
    movie_id: int, settings: Settings, library: Library, providers: Providers, fault: faults.Fault
) -> None:
    providers.fanart.fail_with(fault)
    summary = fetch_candidates(movie_id, settings, PHASE)
    assert list(summary.failed) == ["fanart"]
    assert {row.provider for row in candidates(library)} == {"tmdb", "tvdb"}


def test_without_a_key_nobody_is_asked(
    movie_id: int, settings: Settings, providers: Providers
) -> None:
    bare = Settings(**settings.model_dump(exclude={"providers"}))
    summary = fetch_candidates(movie_id, bare, PHASE)
    assert (summary.is_enabled, summary.asked) == (True, [])
    assert [fake.requests for fake in (providers.tmdb, providers.fanart, providers.tvdb)] == [
        []
    ] * 3


def test_switched_off_nobody_is_asked(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    summary = fetch_candidates(movie_id, settings, EnrichmentPhase(fetch_provider_assets=False))
    assert (summary.is_enabled, summary.asked, candidates(library)) == (False, [], [])
    assert providers.tmdb.requests == []


def test_a_kind_is_only_taken_from_whom_it_is_to_come_from(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    kinds = ("poster", "fanart", "clearlogo", "clearart", "banner")
    without_tvdb = with_order(settings, **dict.fromkeys(kinds, ("fanart", "tmdb")))
    summary = fetch_candidates(movie_id, without_tvdb, PHASE)
    assert summary.asked == ["tmdb", "fanart"]
    assert providers.tvdb.requests == []
    only_poster = with_order(settings, fanart=("tmdb",), poster=("tvdb",))
    assert "fanart" not in fetch_candidates(movie_id, only_poster, PHASE).offered["fanart"]


def test_a_movie_that_only_imdb_names_is_found(
    movie_id: int, settings: Settings, library: Library
) -> None:
    with library.writing() as session:
        session.execute(update(Movie).values(tmdb_id=None))
    assert fetch_candidates(movie_id, settings, PHASE).offered["tmdb"]["poster"] == 4


def test_a_movie_that_nobody_knows_has_nothing(
    movie_id: int, settings: Settings, library: Library
) -> None:
    with library.writing() as session:
        session.execute(update(Movie).values(tmdb_id=1, imdb_id="tt0000001"))
    summary = fetch_candidates(movie_id, settings, PHASE)
    assert summary.offered == {"tmdb": {}, "fanart": {}, "tvdb": {}}
    with library.writing() as session:
        session.execute(update(Movie).values(tmdb_id=None, imdb_id=None))
    assert fetch_candidates(movie_id, settings, PHASE).failed == {}


def test_what_was_measured_is_not_forgotten(
    movie_id: int, settings: Settings, library: Library
) -> None:
    fetch_candidates(movie_id, settings, PHASE)
    with library.writing() as session:
        logo = session.scalars(select(Candidate).where(Candidate.provider == "fanart")).first()
        assert logo
        file = CacheFile(
            key="0" * 64, asset_type="image", extension=".png", size=1, created_at=datetime.now(UTC)
        )
        session.add(file)
        session.flush()
        logo.width, logo.height, logo.cache_key = 400, 155, file.key
        number = logo.id
    fetch_candidates(movie_id, settings, PHASE)
    with library.reading() as session:
        again = session.get_one(Candidate, number)
        assert (again.width, again.height, again.cache_key) == (400, 155, "0" * 64)


def test_a_deleted_movie_is_unknown(movie_id: int, settings: Settings, library: Library) -> None:
    with library.writing() as session:
        session.execute(update(Movie).values(deleted_at=datetime.now(UTC)))
    with pytest.raises(MovieUnknownError):
        fetch_candidates(movie_id, settings, PHASE)


def test_what_was_put_right_meanwhile_is_asked_for_again(
    movie_id: int, settings: Settings, library: Library, providers: Providers
) -> None:
    fetch_candidates(movie_id, settings, PHASE)
    wrong = {row.url for row in candidates(library)}
    with library.writing() as session:
        session.execute(delete(Candidate))
    fine = providers.tmdb.answer

    def put_right(request: object) -> object:
        with library.writing() as session:
            session.get_one(Movie, movie_id).tmdb_id = MATRIX
        return fine(request)  # type: ignore[arg-type]

    providers.tmdb.answer = put_right  # type: ignore[method-assign]
    fetch_candidates(movie_id, settings, PHASE)
    found = {row.url for row in candidates(library, provider="tmdb")}
    assert found
    assert not found & wrong

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fakes import Providers, faults

from media.errors import ServiceFailedError
from media.library.database import Library
from media.library.models import Movie, ProviderState
from media.provider_changes import ProviderChanges, changed_movies, mark_done
from media.settings import Settings

NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def on(number: int, days_ago: int) -> tuple[int, date]:
    return number, (NOW - days_ago * DAY).date()


@pytest.fixture
def here(providers: Providers, settings: Settings) -> Settings:
    return providers.configure(settings)


@pytest.fixture
def add(library: Library) -> Iterator[Callable[..., int]]:
    def added(
        tmdb_id: int | None, days_ago: int | None = 1, *, deleted: bool = False, **values: Any
    ) -> int:
        movie = Movie(
            directory=f"/movies/{tmdb_id}-{days_ago}-{deleted}",
            title="X",
            tmdb_id=tmdb_id,
            nfo_state="absent",
            created_at=NOW,
            scanned_at=values.pop("scanned_at", NOW - 100 * DAY),
            enriched_at=None if days_ago is None else NOW - days_ago * DAY,
            deleted_at=NOW if deleted else None,
            **values,
        )
        with library.writing() as session:
            session.add(movie)
            session.flush()
            return movie.id

    return added


Add = Callable[..., int]


def test_what_changed_is_intersected_with_the_library(
    here: Settings, providers: Providers, add: Add
) -> None:
    ours, twice = add(603), add(603, 2)
    add(27205)
    add(None)
    add(194, deleted=True)
    providers.tmdb.changes = [on(1, 0), on(603, 1), on(194, 1), on(5, 0), on(6, 1)]
    changes = changed_movies(here, NOW)
    assert changes == ProviderChanges([ours, twice], NOW - 2 * DAY, NOW, asked=5)


def test_the_last_time_is_where_the_next_begins(
    here: Settings, providers: Providers, add: Add
) -> None:
    number = add(603, 10)
    mark_done(here, NOW - 2 * DAY)
    providers.tmdb.changes = [on(603, 5)]
    assert changed_movies(here, NOW).movie_ids == []
    providers.tmdb.changes = [on(603, 2)]
    changes = changed_movies(here, NOW)
    assert (changes.movie_ids, changes.since) == ([number], NOW - 2 * DAY)


def test_nothing_is_done_until_it_is_said_so(
    here: Settings, providers: Providers, add: Add, library: Library
) -> None:
    number = add(603)
    providers.tmdb.changes = [on(603, 0)]
    assert changed_movies(here, NOW).movie_ids == [number]
    assert changed_movies(here, NOW).movie_ids == [number]
    mark_done(here, NOW)
    with library.reading() as session:
        assert session.get_one(ProviderState, "tmdb").changes_until == NOW


def test_it_never_goes_back(here: Settings, library: Library) -> None:
    mark_done(here, NOW)
    mark_done(here, NOW - DAY)
    with library.reading() as session:
        assert session.get_one(ProviderState, "tmdb").changes_until == NOW


def test_the_first_time_of_an_empty_library_is_a_day(here: Settings) -> None:
    assert changed_movies(here, NOW) == ProviderChanges([], NOW - DAY, NOW, asked=0)


def test_after_a_long_time_what_is_older_than_tmdb_tells_is_enriched_anew(
    here: Settings, providers: Providers, add: Add
) -> None:
    old, named, young = add(1, 90), add(603, 5), add(2, 5)
    mark_done(here, NOW - 60 * DAY)
    providers.tmdb.changes = [on(603, 3), on(2, 40)]
    changes = changed_movies(here, NOW)
    assert changes.movie_ids == [old, named]
    assert young not in changes.movie_ids
    asked = providers.tmdb.asked("/3/movie/changes")
    first = min(date.fromisoformat(one.query["start_date"]) for one in asked)
    assert first == (NOW - 14 * DAY).date()


def test_what_no_enrichment_came_through_for_has_another(here: Settings, add: Add) -> None:
    never, not_since = add(None, None), add(2, 3, scanned_at=NOW - 2 * DAY)
    add(3, 1, scanned_at=NOW - 2 * DAY)
    add(4, None, deleted=True)
    mark_done(here, NOW - DAY)
    assert changed_movies(here, NOW).movie_ids == [never, not_since]


def test_what_tmdb_did_not_know_is_asked_for_again_after_a_while(here: Settings, add: Add) -> None:
    long_ago = add(None, 15, metadata_source="local")
    add(None, 13, metadata_source="local")
    add(5, 15, metadata_source="tmdb")
    mark_done(here, NOW - DAY)
    assert changed_movies(here, NOW).movie_ids == [long_ago]


def test_without_a_key_nobody_is_asked(settings: Settings, add: Add) -> None:
    add(603)
    changes = changed_movies(settings, NOW)
    assert (changes.movie_ids, changes.asked) == ([], None)


def test_time_without_a_key_is_not_taken_care_of(
    settings: Settings, providers: Providers, add: Add
) -> None:
    number = add(603, 9)
    mark_done(settings, changed_movies(settings, NOW).until)
    providers.tmdb.changes = [on(603, 8)]
    assert changed_movies(providers.configure(settings), NOW).movie_ids == [number]


def test_a_clock_that_was_wrong_stops_nothing(
    here: Settings, providers: Providers, add: Add
) -> None:
    number = add(603)
    mark_done(here, NOW + 365 * DAY)
    providers.tmdb.changes = [on(603, 0)]
    assert changed_movies(here, NOW).movie_ids == [number]


def test_a_failure_forgets_nothing(here: Settings, providers: Providers, add: Add) -> None:
    add(603)
    providers.tmdb.fail_with(faults.status(500))
    with pytest.raises(ServiceFailedError):
        changed_movies(here, NOW)


def test_the_summary_is_plain(here: Settings) -> None:
    assert changed_movies(here, NOW).as_json() == {
        "movie_ids": [],
        "since": "2026-05-19T03:00:00+00:00",
        "until": "2026-05-20T03:00:00+00:00",
        "asked": 0,
    }

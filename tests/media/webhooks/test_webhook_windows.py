"""Webhooks of one directory within the window lead to one job, and none is lost."""

from typing import Any

import pytest
from webhook_bodies import (
    COMMON,
    DOWNLOAD,
    EPISODE_DOWNLOAD,
    EPISODE_FILE,
    EPISODE_FILE_DELETE,
    FILE,
    IMPORT_COMPLETE,
    MOVIE,
    MOVIE_DELETE,
    RENAME,
    SERIES_DELETE,
)
from webhook_rows import Rows

from media.settings import Settings
from media.webhooks import Outcome, receive

OTHER_EPISODE = EPISODE_DOWNLOAD | {"episodeFile": EPISODE_FILE | {"id": 62}}


def test_a_rename_within_the_downloads_window_needs_no_scan_of_its_own(
    settings: Settings, rows: Rows
) -> None:
    assert receive(DOWNLOAD, settings, "1").next == "scan"
    rows.make_older(3000)
    again = receive(RENAME, settings, "2")
    assert (again.outcome, again.next, again.start_at) == (Outcome.DUPLICATE, None, None)
    assert again.directory == rows.event("1").directory
    assert rows.outcomes() == ["scan-queued", "duplicate"]


def test_the_scan_starts_when_nothing_can_be_a_duplicate_of_it_any_more(
    settings: Settings, rows: Rows
) -> None:
    first = receive(DOWNLOAD, settings, "1")
    second = receive(RENAME, settings, "2")
    assert second.outcome is Outcome.DUPLICATE
    assert first.start_at is not None
    assert first.start_at > rows.event("2").received_at


def test_the_window_starts_with_the_first_and_no_duplicate_extends_it(
    settings: Settings, rows: Rows
) -> None:
    receive(DOWNLOAD, settings, "1")
    rows.make_older(2000)
    assert receive(RENAME, settings, "2").outcome is Outcome.DUPLICATE
    rows.make_older(2000)
    assert receive(RENAME, settings, "3").outcome is Outcome.SCAN_QUEUED


def test_without_a_window_every_event_has_its_job_at_once(settings: Settings, rows: Rows) -> None:
    eager = settings.model_copy(update={"webhook_window_seconds": 0})
    for number in "12":
        received = receive(DOWNLOAD, eager, number)
        assert received.next == "scan"
        assert received.start_at == rows.event(number).received_at


def test_other_directories_have_their_own_window(settings: Settings) -> None:
    receive(DOWNLOAD, settings, "1")
    other = DOWNLOAD | {"movie": MOVIE | {"folderPath": "/movies/Other (2010)"}}
    assert receive(other, settings, "2").next == "scan"


def test_news_of_the_movie_are_not_a_duplicate(settings: Settings) -> None:
    receive(DOWNLOAD, settings, "1")
    identified = RENAME | {"movie": MOVIE | {"tmdbId": 1}}
    received = receive(identified, settings, "2")
    assert received.next == "scan"
    assert received.known is not None
    assert received.known.tmdb_id == 1


def test_two_radarrs_that_share_a_directory_share_its_scan(settings: Settings) -> None:
    receive(DOWNLOAD, settings, "1")
    assert receive(DOWNLOAD | {"instanceName": "4K"}, settings, "2").outcome is Outcome.DUPLICATE


@pytest.mark.parametrize(
    "payload",
    [MOVIE_DELETE, SERIES_DELETE, {"eventType": "Grab", "movie": MOVIE, **COMMON}],
    ids=lambda payload: payload["eventType"],
)
def test_the_same_event_twice_is_one(
    payload: dict[str, Any], settings: Settings, rows: Rows
) -> None:
    first = receive(payload, settings, "1")
    rows.tell_players()
    assert receive(payload, settings, "2").outcome is Outcome.DUPLICATE
    assert rows.changes() == []
    rows.make_older(3600)
    assert receive(payload, settings, "3").outcome is first.outcome


def test_what_only_looks_different_is_the_same(settings: Settings) -> None:
    receive(MOVIE_DELETE, settings, "1")
    other = MOVIE_DELETE | {"movie": MOVIE | {"images": [{"url": "poster.jpg?lastWrite=2"}]}}
    assert receive(other, settings, "2").outcome is Outcome.DUPLICATE
    assert (
        receive(other | {"movie": MOVIE | {"id": 18}}, settings, "3").outcome is Outcome.DUPLICATE
    )


def test_the_test_button_is_always_answered(settings: Settings) -> None:
    for number in "12":
        assert receive({"eventType": "Test"}, settings, number).outcome is Outcome.TEST_RECEIVED


def test_a_season_is_one_change_for_the_players(settings: Settings, rows: Rows) -> None:
    assert receive(EPISODE_DOWNLOAD, settings, "1").next == "notify"
    assert receive(OTHER_EPISODE, settings, "2").outcome is Outcome.DUPLICATE
    assert receive(IMPORT_COMPLETE, settings, "3").outcome is Outcome.DUPLICATE
    assert [change for change, _ in rows.changes()] == ["updated"]


def test_a_change_after_the_players_were_told_is_a_new_one(settings: Settings, rows: Rows) -> None:
    receive(EPISODE_DOWNLOAD, settings, "1")
    rows.tell_players()
    assert receive(OTHER_EPISODE, settings, "2").next == "notify"
    assert [change for change, _ in rows.changes()] == ["updated"]


def test_a_change_that_nobody_has_told_for_long_gets_a_job_again(
    settings: Settings, rows: Rows
) -> None:
    receive(EPISODE_DOWNLOAD, settings, "1")
    rows.make_older(3600)
    assert receive(OTHER_EPISODE, settings, "2").next == "notify"
    assert [change for change, _ in rows.changes()] == ["updated"]


def test_an_end_is_no_duplicate_of_a_change(settings: Settings, rows: Rows) -> None:
    receive(EPISODE_FILE_DELETE, settings, "1")
    assert receive(SERIES_DELETE, settings, "2").next == "notify"
    assert [change for change, _ in rows.changes()] == ["updated", "deleted"]


def test_a_download_after_an_end_is_scanned(settings: Settings) -> None:
    receive(MOVIE_DELETE, settings, "1")
    assert receive(DOWNLOAD, settings, "2").next == "scan"


def test_names_given_back_and_forth_are_all_before_the_scan(settings: Settings, rows: Rows) -> None:
    def renamed(before: str, after: str) -> dict[str, Any]:
        names = {"relativePath": after, "path": after}
        previous = {"previousRelativePath": before, "previousPath": before}
        return RENAME | {"renamedMovieFiles": [FILE | names | previous]}

    first = receive(renamed("a", "b"), settings, "1")
    assert receive(renamed("b", "a"), settings, "2").outcome is Outcome.DUPLICATE
    assert receive(renamed("a", "b"), settings, "3").outcome is Outcome.DUPLICATE
    assert first.start_at is not None
    assert first.start_at > rows.event("3").received_at

"""What comes of each event, and what it leaves in the database."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from webhook_bodies import (
    COMMON,
    DOWNLOAD,
    EPISODE_DOWNLOAD,
    EPISODE_FILE_DELETE,
    EPISODE_RENAME,
    FILE_DELETE,
    IMPORT_COMPLETE,
    MOVIE,
    MOVIE_DELETE,
    RENAME,
    SERIES,
    SERIES_DELETE,
    SONARR,
)
from webhook_rows import Rows

from media.movie import KnownMovie
from media.phases import ScanPhase
from media.sample.movie_directory import make_movie_directory
from media.settings import Settings
from media.webhooks import Outcome, Received, Source, receive


@pytest.fixture
def directory(settings: Settings) -> Path:
    return make_movie_directory(settings.libraries["movies"].path)


@pytest.mark.parametrize("payload", [DOWNLOAD, RENAME], ids=["Download", "Rename"])
def test_a_movies_new_file_is_scanned_once_the_window_is_over(
    payload: dict[str, Any], settings: Settings, rows: Rows, directory: Path
) -> None:
    received = receive(payload, settings, "job")
    known = KnownMovie(title="Sintel", year=2010, tmdb_id=45745, imdb_id="tt1727587")
    event = rows.event("job")
    assert received == Received(
        source=Source.RADARR,
        event=payload["eventType"],
        outcome=Outcome.SCAN_QUEUED,
        directory=str(directory),
        known=known,
        next="scan",
        start_at=event.received_at + timedelta(seconds=3600),
    )
    assert received.as_json()["known"] == known.model_dump(exclude_none=True)
    assert (event.source, event.instance, event.event_type) == (
        "radarr",
        "Radarr",
        payload["eventType"],
    )
    assert (event.payload, event.directory, event.outcome) == (
        payload,
        str(directory),
        "scan-queued",
    )
    assert rows.changes() == []


def test_zeros_and_empty_texts_are_no_knowledge(settings: Settings) -> None:
    movie = MOVIE | {"title": "", "year": 0, "tmdbId": 0, "imdbId": ""}
    assert receive(DOWNLOAD | {"movie": movie}, settings, "job").known == KnownMovie()
    movie |= {"year": -1, "imdbId": "../1"}
    assert receive(DOWNLOAD | {"movie": movie}, settings, "other").known is None


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"eventType": "Test", "movie": {"folderPath": "C:\\testpath"}, **COMMON}, "test-received"),
        ({"eventType": "Grab", "movie": MOVIE, **COMMON}, "acknowledged"),
        ({"eventType": "MovieAdded", "movie": MOVIE, **COMMON}, "acknowledged"),
        ({"eventType": "Health", "level": "error", "message": "x", **COMMON}, "acknowledged"),
        ({"eventType": "HealthRestored", "instanceName": "Radarr"}, "acknowledged"),
        ({"eventType": "ApplicationUpdate", "newVersion": "7", **COMMON}, "acknowledged"),
        ({"eventType": "ManualInteractionRequired", **COMMON}, "acknowledged"),
        (MOVIE_DELETE | {"deletedFiles": False}, "acknowledged"),
        (FILE_DELETE | {"deleteReason": "upgrade"}, "download-follows"),
        ({"eventType": "MovieReborn", **COMMON}, "unknown"),
        ({"eventType": "Test", "series": SERIES, **SONARR}, "test-received"),
        ({"eventType": "Grab", "series": SERIES, **SONARR}, "acknowledged"),
        ({"eventType": "SeriesAdd", "series": SERIES, **SONARR}, "acknowledged"),
        ({"eventType": "Health", **SONARR}, "acknowledged"),
        ({"eventType": "ApplicationUpdate", **SONARR}, "acknowledged"),
        (SERIES_DELETE | {"deletedFiles": False}, "acknowledged"),
        (EPISODE_FILE_DELETE | {"deleteReason": "upgrade"}, "download-follows"),
        ({"eventType": "Download", "artist": {}, "instanceName": "Lidarr"}, "unknown"),
    ],
)
def test_what_changes_no_file_is_recorded_alone(
    payload: dict[str, Any], outcome: str, settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    received = receive(payload, settings, "job")
    assert (received.outcome, received.next, received.start_at) == (outcome, None, None)
    assert (rows.event("job").outcome, rows.event("job").payload) == (outcome, payload)
    assert (rows.changes(), rows.deleted(movie)) == ([], (None, None))


def test_a_movie_deleted_with_its_files_is_gone_and_the_players_are_told(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    other = rows.add_movie(str(directory.parent / "Another (2001)"))
    received = receive(MOVIE_DELETE, settings, "job")
    # Radarr may say so before the files are gone.
    assert (received.outcome, received.next) == (Outcome.DELETED, "notify")
    deleted_at, reason = rows.deleted(movie)
    assert deleted_at
    assert reason == "deleted in Radarr"
    assert rows.deleted(other) == (None, None)
    assert rows.changes() == [("deleted", str(directory))]


def test_a_movie_that_is_gone_already_keeps_the_time_and_the_reason(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    shutil.rmtree(directory)
    receive(FILE_DELETE, settings, "one")
    before = rows.deleted(movie)
    receive(MOVIE_DELETE, settings, "two")
    assert rows.deleted(movie) == before


def test_a_movie_that_was_never_scanned_can_be_deleted(settings: Settings, rows: Rows) -> None:
    received = receive(MOVIE_DELETE, settings, "job")
    assert (received.outcome, received.next) == (Outcome.DELETED, "notify")
    assert rows.changes() == [("deleted", received.directory)]


@pytest.mark.parametrize("reason", ["missingFromDisk", "manual", "noLinkedEpisodes", "new", ""])
def test_a_movie_whose_last_file_was_deleted_is_gone(
    reason: str, settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    shutil.rmtree(directory)
    received = receive(FILE_DELETE | {"deleteReason": reason}, settings, "job")
    assert (received.outcome, received.next) == (Outcome.DELETED, "notify")
    assert rows.deleted(movie)[0]
    assert (reason or "no reason given") in str(rows.deleted(movie)[1])


def test_what_is_left_beside_a_deleted_file_does_not_keep_the_movie(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    for video in directory.glob("*.mkv"):
        video.rename(directory / "Sintel-trailer.mkv")
    assert receive(FILE_DELETE, settings, "job").outcome is Outcome.DELETED
    assert rows.deleted(movie)[0]


def test_a_movie_with_another_video_left_is_scanned(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    received = receive(FILE_DELETE, settings, "job")
    assert (received.outcome, received.next) == (Outcome.SCAN_QUEUED, "scan")
    assert received.known is not None
    assert rows.deleted(movie) == (None, None)


def test_what_is_a_video_is_what_the_scan_is_told(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    for video in directory.glob("*.mkv"):
        video.rename(video.with_suffix(".iso"))
    phase = ScanPhase(video_extensions=("iso",))
    assert receive(FILE_DELETE, settings, "one", phase).outcome is Outcome.SCAN_QUEUED
    assert rows.deleted(movie) == (None, None)
    other = FILE_DELETE | {"deleteReason": "noLinkedEpisodes"}
    assert receive(other, settings, "two").outcome is Outcome.DELETED


@pytest.mark.parametrize(
    "payload",
    [EPISODE_DOWNLOAD, IMPORT_COMPLETE, EPISODE_RENAME, EPISODE_FILE_DELETE],
    ids=["file", "complete", "rename", "delete"],
)
def test_the_players_are_told_of_a_series(
    payload: dict[str, Any], settings: Settings, rows: Rows
) -> None:
    series = str(settings.libraries["tv"].path / "Caminandes")
    received = receive(payload, settings, "job")
    assert (received.source, received.outcome, received.next, received.directory) == (
        Source.SONARR,
        Outcome.NOTIFY_QUEUED,
        "notify",
        series,
    )
    assert received.known is None
    assert rows.changes() == [("updated", series)]


def test_a_series_deleted_with_its_files_is_gone_for_the_players(
    settings: Settings, rows: Rows
) -> None:
    received = receive(SERIES_DELETE, settings, "job")
    assert (received.outcome, received.next) == (Outcome.DELETED, "notify")
    assert rows.changes() == [("deleted", str(settings.libraries["tv"].path / "Caminandes"))]


def test_the_same_job_again_has_the_same_answer_and_changes_nothing(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    movie = rows.add_movie(str(directory))
    for number, payload in enumerate((DOWNLOAD, MOVIE_DELETE, EPISODE_DOWNLOAD, SERIES_DELETE)):
        first = receive(payload, settings, f"job-{number}")
        events, changes, deleted = rows.outcomes(), rows.changes(), rows.deleted(movie)
        assert receive(payload, settings, f"job-{number}") == first
        assert (rows.outcomes(), rows.changes(), rows.deleted(movie)) == (events, changes, deleted)


def test_the_answer_stays_when_the_settings_change(settings: Settings) -> None:
    first = receive(DOWNLOAD, settings, "job")
    changed = settings.model_copy(update={"path_mappings": {}})
    assert receive(DOWNLOAD, changed, "job") == first


def test_a_deletion_that_is_read_too_late_deletes_nothing(
    settings: Settings, rows: Rows, directory: Path
) -> None:
    unmapped = settings.model_copy(update={"path_mappings": {}})
    with pytest.raises(Exception, match="no mapping"):
        receive(MOVIE_DELETE, unmapped, "job")
    movie = rows.add_movie(str(directory), datetime.now(UTC))
    received = receive(MOVIE_DELETE, settings, "job")
    assert (received.outcome, received.next) == (Outcome.OVERTAKEN, None)
    assert (rows.deleted(movie), rows.changes()) == ((None, None), [])


def test_the_answer_is_plain_values(settings: Settings) -> None:
    is_plain: Callable[[object], bool] = lambda value: type(value) in (str, int, dict)  # noqa: E731
    for number, payload in enumerate((DOWNLOAD, EPISODE_DOWNLOAD, {"eventType": "Test"})):
        answer = receive(payload, settings, str(number)).as_json()
        assert all(is_plain(value) for value in answer.values())

from typing import Any

import pytest
from webhook_bodies import COMMON, DOWNLOAD, FILE, FILE_DELETE, MOVIE, MOVIE_DELETE, RENAME, without

from media.errors import InvalidWebhookError
from media.webhooks.body import (
    ApplicationUpdate,
    ConnectionTest,
    Event,
    Health,
    ManualInteractionRequired,
    UnknownEvent,
)
from media.webhooks.radarr import Download, MovieDelete, MovieFileDelete, MovieNotice, Rename
from media.webhooks.reading import read_event
from media.webhooks.source import Source, source_of


def test_a_download_is_read_and_keeps_what_is_not_used() -> None:
    event = read_event(DOWNLOAD)
    assert isinstance(event, Download)
    assert event.movie.folder_path == "/movies/Sintel (2010)"
    assert event.is_upgrade
    assert [file.id for file in event.deleted_files] == [30]
    assert event.model_extra is not None
    assert event.model_extra["downloadClient"] == "qBittorrent"


def test_what_radarr_leaves_out_may_be_missing_or_null() -> None:
    bare = without(without(DOWNLOAD, "deletedFiles"), "downloadId")
    for payload in (bare, bare | {"deletedFiles": None, "movie": MOVIE | {"imdbId": None}}):
        event = read_event(payload)
        assert isinstance(event, Download)
        assert (event.deleted_files, event.download_id) == ((), "")


def test_a_rename_has_no_movie_file() -> None:
    event = read_event(RENAME)
    assert isinstance(event, Rename)
    assert event.renamed_movie_files[0].previous_relative_path == "old.mkv"


@pytest.mark.parametrize("deleted", [True, False])
def test_deleted_files_is_a_yes_or_no_in_a_movie_delete(deleted: bool) -> None:
    event = read_event(MOVIE_DELETE | {"deletedFiles": deleted})
    assert isinstance(event, MovieDelete)
    assert event.deleted_files is deleted


def test_a_file_delete_tells_why() -> None:
    event = read_event(FILE_DELETE | {"deleteReason": "upgrade"})
    assert isinstance(event, MovieFileDelete)
    assert event.delete_reason == "upgrade"


def test_the_test_button_names_a_directory_of_its_own() -> None:
    movie = {"id": 1, "title": "Test Title", "year": 1970, "folderPath": "C:\\testpath", "tags": []}
    assert isinstance(read_event({"eventType": "Test", "movie": movie}), ConnectionTest)


@pytest.mark.parametrize(
    ("event_type", "model"),
    [
        ("Grab", MovieNotice),
        ("MovieAdded", MovieNotice),
        ("Health", Health),
        ("HealthRestored", Health),
        ("ApplicationUpdate", ApplicationUpdate),
        ("ManualInteractionRequired", ManualInteractionRequired),
    ],
)
def test_notices_are_known(event_type: str, model: type[Event]) -> None:
    payload = {"eventType": event_type, "message": "text", "movie": MOVIE, **COMMON}
    assert isinstance(read_event(payload), model)


@pytest.mark.parametrize("movie", ["whatever", None, MOVIE])
def test_an_unknown_event_is_no_error(movie: object) -> None:
    event = read_event({"eventType": "MovieReborn", "movie": movie, **COMMON})
    assert isinstance(event, UnknownEvent)
    assert event.event_type == "MovieReborn"


def test_a_rename_need_not_tell_of_which_files() -> None:
    event = read_event(without(RENAME, "renamedMovieFiles"))
    assert isinstance(event, Rename)
    assert event.renamed_movie_files == ()


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (without(DOWNLOAD, "movie"), "movie"),
        (without(DOWNLOAD, "movie", "folderPath"), "movie.folderPath"),
        (without(DOWNLOAD, "movieFile"), "movieFile"),
        (DOWNLOAD | {"deletedFiles": True}, "deletedFiles"),
        (DOWNLOAD | {"isUpgrade": "yes"}, "isUpgrade"),
        (DOWNLOAD | {"movie": MOVIE | {"folderPath": ""}}, "movie.folderPath"),
        (DOWNLOAD | {"movie": MOVIE | {"folderPath": "/a/\ud800"}}, "movie.folderPath"),
        (DOWNLOAD | {"movie": MOVIE | {"tmdbId": 2**40}}, "movie.tmdbId"),
        (RENAME | {"renamedMovieFiles": {}}, "renamedMovieFiles"),
        (
            RENAME | {"renamedMovieFiles": [{"id": 1, "relativePath": "x"}]},
            "renamedMovieFiles.0.path",
        ),
        (MOVIE_DELETE | {"deletedFiles": [FILE]}, "deletedFiles"),
        (MOVIE_DELETE | {"deletedFiles": 1}, "deletedFiles"),
        ({"movie": MOVIE}, "eventType"),
        ({"movie": MOVIE, "eventType": 7}, "eventType"),
        ({"movie": MOVIE, "eventType": ["Download"]}, "eventType"),
        ({"movie": MOVIE, "eventType": ""}, "eventType"),
        ({"eventType": "Download"}, "movie"),
        ({"eventType": "Grab", **COMMON}, "movie"),
        ({"eventType": "Health", "level": 3, **COMMON}, "level"),
    ],
)
def test_a_bad_payload_names_the_field(payload: object, field: str) -> None:
    with pytest.raises(InvalidWebhookError, match=f"^bad Radarr webhook: {field}: "):
        read_event(payload)


@pytest.mark.parametrize("payload", [[], "text", None, 3, True])
def test_what_is_no_object_is_refused(payload: object) -> None:
    with pytest.raises(InvalidWebhookError, match=r"^bad webhook: payload: "):
        read_event(payload)


def test_every_wrong_field_is_named_but_not_without_end() -> None:
    payload = DOWNLOAD | {"movie": {"id": "x"}, "movieFile": {}, "isUpgrade": 2}
    with pytest.raises(InvalidWebhookError) as raised:
        read_event(payload)
    for field in ("movie.id", "movie.title", "movie.folderPath", "movieFile.id", "isUpgrade"):
        assert f"{field}: " in str(raised.value)
    with pytest.raises(InvalidWebhookError, match=r"and 380 more$"):
        read_event(RENAME | {"renamedMovieFiles": [{"id": 1}] * 100})


@pytest.mark.parametrize(
    ("payload", "source"),
    [
        ({"movie": {}, "eventType": "Grab", "instanceName": "4K"}, Source.RADARR),
        ({"series": {}, "eventType": "Grab", "instanceName": "Anime"}, Source.SONARR),
        ({"eventType": "MovieDelete"}, Source.RADARR),
        ({"eventType": "EpisodeFileDelete"}, Source.SONARR),
        ({"eventType": "Health", "instanceName": "Radarr 4K"}, Source.RADARR),
        ({"eventType": "Health", "instanceName": "my Sonarr"}, Source.SONARR),
        ({"eventType": "Health", "wikiUrl": "https://wiki.servarr.com/sonarr/x"}, Source.SONARR),
        ({"eventType": "Health", "instanceName": ["Radarr"]}, Source.UNKNOWN),
        ({"eventType": "Download", "artist": {}, "instanceName": "Lidarr"}, Source.UNKNOWN),
        ({"eventType": "Download"}, Source.RADARR),
        ({}, Source.UNKNOWN),
    ],
)
def test_who_sent_it_is_told_by_its_fields_type_or_name(
    payload: dict[str, Any], source: Source
) -> None:
    assert source_of(payload) is source


def test_other_programs_are_never_an_error() -> None:
    payload = {"eventType": "Download", "artist": 7, "instanceName": "Lidarr", "tracks": None}
    assert isinstance(read_event(payload), UnknownEvent)
    assert not isinstance(read_event({"eventType": "Health", "level": 7}), Health)

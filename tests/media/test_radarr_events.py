import copy
from typing import Any

import pytest

from media.errors import InvalidWebhookError
from media.radarr import (
    ConnectionTest,
    Download,
    MovieDelete,
    MovieFileDelete,
    Notice,
    Rename,
    UnknownEvent,
    read_event,
)

MOVIE = {
    "id": 17,
    "title": "Sintel",
    "year": 2010,
    "releaseDate": "2010-12-29",
    "folderPath": "/movies/Sintel (2010)",
    "tmdbId": 45745,
    "imdbId": "tt1727587",
    "genres": [],
    "images": [],
    "tags": [],
    "originalLanguage": {"id": 1, "name": "English"},
}
FILE = {
    "id": 31,
    "relativePath": "Sintel (2010) Bluray-1080p.mkv",
    "path": "/movies/Sintel (2010)/Sintel (2010) Bluray-1080p.mkv",
    "quality": "Bluray-1080p",
    "qualityVersion": 1,
    "indexerFlags": "0",
    "size": 1180093412,
    "dateAdded": "2026-11-20T18:03:11Z",
    "languages": [{"id": 1, "name": "English"}],
    "mediaInfo": {"audioChannels": 5.1, "audioLanguages": ["eng"], "videoDynamicRange": ""},
}
COMMON = {"instanceName": "Radarr", "applicationUrl": ""}
DOWNLOAD: dict[str, Any] = {
    "movie": MOVIE,
    "remoteMovie": {"tmdbId": 45745, "imdbId": "tt1727587", "title": "Sintel", "year": 2010},
    "movieFile": FILE | {"sourcePath": "/downloads/Sintel.2010.1080p/sintel.mkv"},
    "isUpgrade": True,
    "downloadClient": "qBittorrent",
    "downloadId": "ABCDEF0123",
    "deletedFiles": [FILE | {"id": 30, "recycleBinPath": "/recycle/old.mkv"}],
    "customFormatInfo": {"customFormats": [{"id": 3, "name": "x264"}], "customFormatScore": 10},
    "release": {"releaseTitle": "Sintel.2010", "size": 1180093412, "indexerFlags": []},
    "eventType": "Download",
    **COMMON,
}
RENAME: dict[str, Any] = {
    "movie": MOVIE,
    "renamedMovieFiles": [
        FILE | {"previousRelativePath": "old.mkv", "previousPath": "/movies/Sintel (2010)/old.mkv"}
    ],
    "eventType": "Rename",
    **COMMON,
}
SONARR: dict[str, Any] = {
    "series": {"id": 5, "title": "Caminandes", "path": "/tv/Caminandes"},
    "episodes": [],
    "episodeFile": FILE,
    "isUpgrade": False,
    "eventType": "Download",
    "instanceName": "Sintel",
}


def test_a_download_is_read_and_keeps_what_is_not_used() -> None:
    event = read_event(DOWNLOAD)
    assert isinstance(event, Download)
    assert event.movie.folder_path == "/movies/Sintel (2010)"
    assert event.is_upgrade
    assert [file.id for file in event.deleted_files] == [30]
    assert event.model_extra is not None
    assert event.model_extra["downloadClient"] == "qBittorrent"


def test_a_rename_has_no_movie_file() -> None:
    event = read_event(RENAME)
    assert isinstance(event, Rename)
    assert event.renamed_movie_files[0].previous_relative_path == "old.mkv"


@pytest.mark.parametrize("deleted", [True, False])
def test_deleted_files_is_a_yes_or_no_in_a_movie_delete(deleted: bool) -> None:
    event = read_event(
        {"eventType": "MovieDelete", "movie": MOVIE, "deletedFiles": deleted, **COMMON}
    )
    assert isinstance(event, MovieDelete)
    assert event.deleted_files is deleted


def test_a_file_delete_tells_why() -> None:
    event = read_event(
        {
            "eventType": "MovieFileDelete",
            "movie": MOVIE,
            "movieFile": FILE,
            "deleteReason": "upgrade",
        }
    )
    assert isinstance(event, MovieFileDelete)
    assert event.delete_reason == "upgrade"


def test_the_test_button_names_a_directory_of_its_own() -> None:
    movie = {"id": 1, "title": "Test Title", "year": 1970, "folderPath": "C:\\testpath", "tags": []}
    assert isinstance(read_event({"eventType": "Test", "movie": movie}), ConnectionTest)


@pytest.mark.parametrize(
    "event_type",
    [
        "Grab",
        "MovieAdded",
        "Health",
        "HealthRestored",
        "ApplicationUpdate",
        "ManualInteractionRequired",
    ],
)
def test_notices_are_known(event_type: str) -> None:
    assert isinstance(read_event({"eventType": event_type, "message": "text"}), Notice)


def test_an_unknown_event_is_no_error() -> None:
    event = read_event({"eventType": "MovieReborn", "movie": "whatever"})
    assert isinstance(event, UnknownEvent)
    assert event.event_type == "MovieReborn"


def without(payload: dict[str, Any], *path: str) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return changed


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (without(DOWNLOAD, "movie"), "movie"),
        (without(DOWNLOAD, "movie", "folderPath"), "movie.folderPath"),
        (without(DOWNLOAD, "movieFile"), "movieFile"),
        (DOWNLOAD | {"deletedFiles": True}, "deletedFiles"),
        (DOWNLOAD | {"movie": MOVIE | {"folderPath": ""}}, "movie.folderPath"),
        (without(RENAME, "renamedMovieFiles"), "renamedMovieFiles"),
        (
            RENAME | {"renamedMovieFiles": [{"id": 1, "relativePath": "x"}]},
            "renamedMovieFiles.0.path",
        ),
        ({"eventType": "MovieDelete", "movie": MOVIE, "deletedFiles": [FILE]}, "deletedFiles"),
        ({"movie": MOVIE}, "eventType"),
        ({"eventType": 7}, "eventType"),
        ({"eventType": ""}, "eventType"),
        ([], "payload"),
        ("text", "payload"),
        (None, "payload"),
    ],
)
def test_a_bad_payload_names_the_field(payload: object, field: str) -> None:
    with pytest.raises(InvalidWebhookError, match=f"^bad Radarr webhook: {field}: "):
        read_event(payload)


def test_sonarrs_download_is_told_apart() -> None:
    with pytest.raises(InvalidWebhookError, match="looks like a webhook of Sonarr"):
        read_event(SONARR)

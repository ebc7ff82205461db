"""Bodies as Radarr and Sonarr send them."""

import copy
from typing import Any

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

MOVIE_DELETE: dict[str, Any] = {
    "eventType": "MovieDelete",
    "movie": MOVIE,
    "deletedFiles": True,
    "movieFolderSize": 1180093412,
    **COMMON,
}
FILE_DELETE: dict[str, Any] = {
    "eventType": "MovieFileDelete",
    "movie": MOVIE,
    "movieFile": FILE,
    "deleteReason": "manual",
    **COMMON,
}
SERIES = {
    "id": 5,
    "title": "Caminandes",
    "titleSlug": "caminandes",
    "path": "/tv/Caminandes",
    "tvdbId": 274295,
    "tvMazeId": 0,
    "tmdbId": 0,
    "imdbId": "tt4957236",
    "type": "standard",
    "year": 2013,
    "genres": ["Animation"],
    "images": [],
    "tags": [],
}
EPISODES = [
    {
        "id": 88,
        "episodeNumber": 2,
        "seasonNumber": 1,
        "title": "Gran Dillama",
        "airDate": "2013-11-22",
        "airDateUtc": "2013-11-22T00:00:00Z",
        "seriesId": 5,
        "tvdbId": 4729104,
    }
]
EPISODE_FILE = {
    "id": 61,
    "relativePath": "Season 1/Caminandes - S01E02.mkv",
    "path": "/tv/Caminandes/Season 1/Caminandes - S01E02.mkv",
    "quality": "WEBDL-1080p",
    "qualityVersion": 1,
    "size": 52428800,
    "dateAdded": "2026-11-20T18:05:00Z",
}
SONARR = {"instanceName": "Sonarr", "applicationUrl": ""}
EPISODE_DOWNLOAD: dict[str, Any] = {
    "series": SERIES,
    "episodes": EPISODES,
    "episodeFile": EPISODE_FILE | {"sourcePath": "/downloads/cam.mkv"},
    "isUpgrade": False,
    "downloadClient": "SABnzbd",
    "downloadId": "SAB_1",
    "customFormatInfo": {"customFormats": [], "customFormatScore": 0},
    "eventType": "Download",
    **SONARR,
}
IMPORT_COMPLETE: dict[str, Any] = {
    "series": SERIES,
    "episodes": EPISODES,
    "episodeFiles": [EPISODE_FILE],
    "fileCount": 1,
    "sourcePath": "/downloads/cam",
    "destinationPath": "/tv/Caminandes/Season 1",
    "downloadId": "SAB_1",
    "eventType": "Download",
    **SONARR,
}
EPISODE_RENAME: dict[str, Any] = {
    "series": SERIES,
    "renamedEpisodeFiles": [
        EPISODE_FILE | {"previousRelativePath": "a.mkv", "previousPath": "/tv/Caminandes/a.mkv"}
    ],
    "eventType": "Rename",
    **SONARR,
}
EPISODE_FILE_DELETE: dict[str, Any] = {
    "series": SERIES,
    "episodes": EPISODES,
    "episodeFile": EPISODE_FILE,
    "deleteReason": "missingFromDisk",
    "eventType": "EpisodeFileDelete",
    **SONARR,
}
SERIES_DELETE: dict[str, Any] = {
    "series": SERIES,
    "deletedFiles": True,
    "eventType": "SeriesDelete",
    **SONARR,
}


def without(payload: dict[str, Any], *path: str) -> dict[str, Any]:
    """Return a copy of `payload` that lacks the field at `path`."""
    changed = copy.deepcopy(payload)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return changed

"""The webhook that Radarr sends when it has imported the sample movie."""

from media.sample.movie_directory import IMDB_ID, TITLE, TMDB_ID, VIDEO_NAME, YEAR


def download_payload(folder_path: str) -> dict[str, object]:
    """Return the body of a Download whose movie lies in `folder_path`, Radarr's view of it."""
    return {
        "movie": {
            "id": 17,
            "title": TITLE,
            "year": YEAR,
            "releaseDate": "2010-12-29",
            "folderPath": folder_path,
            "tmdbId": TMDB_ID,
            "imdbId": IMDB_ID,
            "overview": "A girl looks for her dragon.",
            "genres": ["Animation", "Fantasy"],
            "images": [],
            "tags": ["4k"],
            "originalLanguage": {"id": 1, "name": "English"},
        },
        "remoteMovie": {"tmdbId": TMDB_ID, "imdbId": IMDB_ID, "title": TITLE, "year": YEAR},
        "movieFile": {
            "id": 31,
            "relativePath": VIDEO_NAME,
            "path": f"{folder_path}/{VIDEO_NAME}",
            "quality": "Bluray-1080p",
            "qualityVersion": 1,
            "releaseGroup": "DURIAN",
            "sceneName": "Sintel.2010.1080p.BluRay-DURIAN",
            "indexerFlags": "0",
            "size": 1180093412,
            "dateAdded": "2026-11-20T18:03:11Z",
            "languages": [{"id": 1, "name": "English"}],
            "sourcePath": "/downloads/Sintel.2010.1080p/sintel.mkv",
        },
        "isUpgrade": False,
        "downloadClient": "qBittorrent",
        "downloadClientType": "qBittorrent",
        "downloadId": "ABCDEF0123",
        "customFormatInfo": {"customFormats": [], "customFormatScore": 0},
        "release": {
            "releaseTitle": "Sintel.2010.1080p.BluRay-DURIAN",
            "indexer": "Test",
            "size": 1180093412,
            "indexerFlags": [],
        },
        "eventType": "Download",
        "instanceName": "Radarr",
        "applicationUrl": "",
    }

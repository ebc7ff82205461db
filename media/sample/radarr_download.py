"""The webhook that Radarr sends when it has imported a sample movie."""

from media.sample.movies import SINTEL, SampleMovie


def download_payload(
    folder_path: str, movie: SampleMovie = SINTEL, download_id: str = "ABCDEF0123"
) -> dict[str, object]:
    """Return the body of a Download of `movie`, in `folder_path` as Radarr sees it."""
    video = f"{movie.video_stem}.mkv"
    return {
        "movie": {
            "id": movie.tmdb_id,
            "title": movie.title,
            "year": movie.year,
            "releaseDate": f"{movie.year}-12-29",
            "folderPath": folder_path,
            "tmdbId": movie.tmdb_id,
            "imdbId": movie.imdb_id,
            "overview": movie.plot,
            "genres": ["Animation", "Fantasy"],
            "images": [],
            "tags": ["4k"],
            "originalLanguage": {"id": 1, "name": "English"},
        },
        "remoteMovie": {
            "tmdbId": movie.tmdb_id,
            "imdbId": movie.imdb_id,
            "title": movie.title,
            "year": movie.year,
        },
        "movieFile": {
            "id": movie.tmdb_id + 1,
            "relativePath": video,
            "path": f"{folder_path}/{video}",
            "quality": movie.quality,
            "qualityVersion": 1,
            "releaseGroup": "DURIAN",
            "sceneName": movie.video_stem,
            "indexerFlags": "0",
            "size": 1180093412,
            "dateAdded": "2026-11-20T18:03:11Z",
            "languages": [{"id": 1, "name": "English"}],
            "sourcePath": f"/downloads/{video}",
        },
        "isUpgrade": False,
        "downloadClient": "qBittorrent",
        "downloadClientType": "qBittorrent",
        "downloadId": download_id,
        "customFormatInfo": {"customFormats": [], "customFormatScore": 0},
        "release": {
            "releaseTitle": movie.video_stem,
            "indexer": "Test",
            "size": 1180093412,
            "indexerFlags": [],
        },
        "eventType": "Download",
        "instanceName": "Radarr",
        "applicationUrl": "",
    }

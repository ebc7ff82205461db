"""Webhooks as Radarr and Sonarr send them, and the directories that they are about."""

import os
import time
import uuid
from pathlib import Path
from typing import Any

from media.sample.matroska import Clip, write_clip
from media.sample.movies import SampleMovie
from media.sample.radarr_download import download_payload

MATRIX = SampleMovie("The Matrix", 1999, 603, "tt0133093", "A hacker learns the truth.")
_HOUR = 3600


def download(folder: str, movie: SampleMovie = MATRIX) -> dict[str, object]:
    """Return a Download that is like no other."""
    return download_payload(folder, movie, uuid.uuid4().hex)


def movie_deleted(folder: str, movie: SampleMovie = MATRIX) -> dict[str, object]:
    body = download(folder, movie)
    return {
        "eventType": "MovieDelete",
        "movie": body["movie"],
        "deletedFiles": True,
        "movieFolderSize": 1,
        "instanceName": "Radarr",
        "applicationUrl": "",
    }


def episode_imported(folder: str) -> dict[str, Any]:
    """Return Sonarr's Download of one episode."""
    file = f"{folder}/Season 1/Caminandes - S01E02.mkv"
    return {
        "series": {
            "id": 5,
            "title": "Caminandes",
            "titleSlug": "caminandes",
            "path": folder,
            "tvdbId": 274295,
            "tvMazeId": 0,
            "tmdbId": 0,
            "imdbId": "tt4957236",
            "type": "standard",
            "year": 2013,
            "genres": ["Animation"],
            "images": [],
            "tags": [],
            "originalLanguage": {"id": 1, "name": "English"},
        },
        "episodes": [
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
        ],
        "episodeFile": {
            "id": 61,
            "relativePath": "Season 1/Caminandes - S01E02.mkv",
            "path": file,
            "quality": "WEBDL-1080p",
            "qualityVersion": 1,
            "size": 52428800,
            "dateAdded": "2026-11-20T18:05:00Z",
            "languages": [{"id": 1, "name": "English"}],
            "sourcePath": "/downloads/cam.mkv",
        },
        "isUpgrade": False,
        "downloadClient": "SABnzbd",
        "downloadClientType": "SABnzbd",
        "downloadId": "SAB_1",
        "customFormatInfo": {"customFormats": [], "customFormatScore": 0},
        "release": {"releaseTitle": "Caminandes.S01E02", "indexer": "Test", "size": 52428800},
        "eventType": "Download",
        "instanceName": "Sonarr",
        "applicationUrl": "",
    }


def make_video(directory: Path, name: str) -> Path:
    """Make a small video that was left alone for long."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    write_clip(path, Clip(seconds=1))
    then = time.time() - _HOUR
    os.utime(path, (then, then))
    return path

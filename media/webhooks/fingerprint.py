"""What makes two webhooks the same event.

There is no id and no time in a webhook. The whole body is no good either: it
changes with every poster that the manager loads. What counts is who reports what
of which files; the same again within a short time is the same event, sent
through two connections or by a proxy that tried again.
"""

import hashlib
import json

from media.webhooks.body import Event, ManagedFile
from media.webhooks.radarr import Download, MovieDelete, MovieFileDelete, Rename
from media.webhooks.sonarr import (
    EpisodeDownload,
    EpisodeFileDelete,
    EpisodeRename,
    ImportComplete,
    SeriesDelete,
)


def fingerprint_of(event: Event, digest: str) -> str:
    """Return the same text for the same event; `digest` stands for the whole body."""
    parts = [event.instance_name, event.event_type, *_parts(event, digest)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _parts(event: Event, digest: str) -> list[object]:
    match event:
        case Download():
            return [*_movie(event), event.download_id, _file(event.movie_file)]
        case Rename():
            names = [(one.id, one.previous_path, one.path) for one in event.renamed_movie_files]
            return [*_movie(event), names]
        case MovieDelete():
            return [*_movie(event), event.deleted_files]
        case MovieFileDelete():
            return [*_movie(event), event.delete_reason, _file(event.movie_file)]
        case EpisodeDownload():
            return [*_series(event), event.download_id, _file(event.episode_file)]
        case ImportComplete():
            files = [_file(one) for one in event.episode_files]
            return [*_series(event), event.download_id, files]
        case EpisodeRename():
            names = [(one.id, one.previous_path, one.path) for one in event.renamed_episode_files]
            return [*_series(event), names]
        case EpisodeFileDelete():
            return [*_series(event), event.delete_reason, _file(event.episode_file)]
        case SeriesDelete():
            return [*_series(event), event.deleted_files]
        case _:
            return [digest]


def _movie(event: Download | Rename | MovieDelete | MovieFileDelete) -> tuple[object, ...]:
    return event.movie.id, event.movie.folder_path


def _series(
    event: EpisodeDownload | ImportComplete | EpisodeRename | EpisodeFileDelete | SeriesDelete,
) -> tuple[object, ...]:
    return event.series.id, event.series.path


def _file(file: ManagedFile) -> tuple[object, ...]:
    return file.id, file.path, file.date_added

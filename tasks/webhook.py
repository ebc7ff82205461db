"""The job `webhook`: take what Radarr reports, and send the job that follows from it."""

from enum import StrEnum
from typing import Any

from media.movie import KnownMovie
from media.path_mapping import map_path
from media.radarr import (
    ConnectionTest,
    Download,
    MovieFileDelete,
    RadarrEvent,
    RadarrMovie,
    Rename,
    UnknownEvent,
    read_event,
)
from media.settings import read_settings
from tasks.job import job
from tasks.scan_movie import scan_movie


class Outcome(StrEnum):
    """What came of a webhook."""

    SCAN_QUEUED = "scan-queued"
    ACKNOWLEDGED = "acknowledged"  # known, and changes no file that is scanned
    DOWNLOAD_FOLLOWS = "download-follows"  # the old file of an upgrade went
    TEST_RECEIVED = "test-received"
    IGNORED = "ignored"  # an event type that this version does not know


@job("webhook")
def webhook(payload: Any) -> dict[str, object]:
    """Answer one webhook of Radarr's; returns its outcome.

    Download and Rename send a `scan-movie` job for the movie's directory. Run
    twice it sends two, which is harmless.

    Never tried again, for only a person can mend it:

    - `InvalidWebhookError`: the payload is not Radarr's, and which field is wrong;
    - `PathNotMappedError`: no mapping covers the movie's path;
    - `InvalidPathError`: the path is relative or climbs with `..`;
    - `SettingsError`: a setting cannot be used.
    """
    event = read_event(payload)
    answer: dict[str, object] = {"event": event.event_type, "outcome": str(_outcome(event))}
    if isinstance(event, Download | Rename):
        answer |= _queue_scan(event.movie)
    return answer


def _outcome(event: RadarrEvent) -> Outcome:
    match event:
        case Download() | Rename():
            return Outcome.SCAN_QUEUED
        case MovieFileDelete(delete_reason="upgrade"):
            return Outcome.DOWNLOAD_FOLLOWS
        case ConnectionTest():
            return Outcome.TEST_RECEIVED
        case UnknownEvent():
            return Outcome.IGNORED
        case _:
            return Outcome.ACKNOWLEDGED


def _queue_scan(movie: RadarrMovie) -> dict[str, object]:
    directory = str(map_path(movie.folder_path, read_settings().rules()))
    sent = scan_movie.delay(directory, movie=_known(movie).model_dump(exclude_none=True))
    return {"directory": directory, "job": sent.id}


def _known(movie: RadarrMovie) -> KnownMovie:
    # Radarr sends 0 and "" for what it does not know.
    return KnownMovie(
        title=movie.title or None,
        year=movie.year or None,
        tmdb_id=movie.tmdb_id or None,
        imdb_id=movie.imdb_id or None,
    )

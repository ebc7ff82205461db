"""What an event asks for, as far as the event and the disk can tell."""

import re
from dataclasses import dataclass

from media.movie import KnownMovie
from media.phases import ScanPhase
from media.settings import Settings
from media.webhooks.body import ConnectionTest, Event, UnknownEvent
from media.webhooks.outcome import Outcome
from media.webhooks.place import Place
from media.webhooks.radarr import Download, MovieDelete, MovieFileDelete, Rename
from media.webhooks.sonarr import (
    EpisodeDownload,
    EpisodeFileDelete,
    EpisodeRename,
    ImportComplete,
    SeriesDelete,
)

_IMDB_ID = re.compile(r"tt\d{5,12}")


@dataclass(frozen=True)
class Decision:
    """What is to come of an event, if no earlier one has led to it already.

    `directory` is the local one that it concerns; `known` what is said of the
    movie there; `reason` why a movie counts as deleted.
    """

    outcome: Outcome
    directory: str | None = None
    known: KnownMovie | None = None
    reason: str | None = None


def decide(event: Event, settings: Settings, phase: ScanPhase) -> Decision:
    """Decide what `event` asks for.

    A movie whose file was deleted is only gone if no other video of it is left;
    the disk is looked at for that. Raises what `Place` does.
    """
    match event:
        case Download() | Rename():
            place = Place.of(event.movie.folder_path, settings)
            return Decision(Outcome.SCAN_QUEUED, str(place.directory), known_of(event))
        case MovieDelete(deleted_files=True):
            return _deleted(event.movie.folder_path, settings, "deleted in Radarr")
        case MovieFileDelete(delete_reason="upgrade") | EpisodeFileDelete(delete_reason="upgrade"):
            return Decision(Outcome.DOWNLOAD_FOLLOWS)
        case MovieFileDelete():
            return _file_deleted(event, settings, phase)
        case SeriesDelete(deleted_files=True):
            return _deleted(event.series.path, settings, "deleted in Sonarr")
        case EpisodeDownload() | ImportComplete() | EpisodeRename() | EpisodeFileDelete():
            place = Place.of(event.series.path, settings)
            return Decision(Outcome.NOTIFY_QUEUED, str(place.directory))
        case ConnectionTest():
            return Decision(Outcome.TEST_RECEIVED)
        case UnknownEvent():
            return Decision(Outcome.UNKNOWN)
        case _:
            return Decision(Outcome.ACKNOWLEDGED)


def known_of(event: Event) -> KnownMovie | None:
    """Return what `event` says of its movie, None where it has none to say it of."""
    if not isinstance(event, Download | Rename | MovieFileDelete):
        return None
    movie = event.movie
    # Zeros and empty texts stand for what is not known.
    return KnownMovie(
        title=movie.title or None,
        year=movie.year if movie.year > 0 else None,
        tmdb_id=movie.tmdb_id if movie.tmdb_id > 0 else None,
        imdb_id=movie.imdb_id if _IMDB_ID.fullmatch(movie.imdb_id) else None,
    )


def _file_deleted(event: MovieFileDelete, settings: Settings, phase: ScanPhase) -> Decision:
    place = Place.of(event.movie.folder_path, settings)
    if place.has_movie(phase):
        return Decision(Outcome.SCAN_QUEUED, str(place.directory), known_of(event))
    reason = f"its file was deleted in Radarr ({event.delete_reason or 'no reason given'})"
    return Decision(Outcome.DELETED, str(place.directory), reason=reason)


def _deleted(folder: str, settings: Settings, reason: str) -> Decision:
    return Decision(Outcome.DELETED, str(Place.of(folder, settings).directory), reason=reason)

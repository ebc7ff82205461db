"""Which program sent a webhook: Radarr and Sonarr share most of their event types."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """The programs whose webhooks are understood, and all others."""

    RADARR = "radarr"
    SONARR = "sonarr"
    UNKNOWN = "unknown"


_FIELDS = {
    Source.SONARR: {"series", "episodes", "episodeFile", "episodeFiles", "renamedEpisodeFiles"},
    Source.RADARR: {"movie", "remoteMovie", "movieFile", "renamedMovieFiles"},
}
_EVENT_TYPES = {
    Source.SONARR: {"SeriesAdd", "SeriesDelete", "EpisodeFileDelete"},
    Source.RADARR: {"MovieAdded", "MovieDelete", "MovieFileDelete"},
}
# Where the sender may stand in words: people rename the instance, but not the wiki.
_WORDS = ("instanceName", "wikiUrl")


def source_of(payload: Mapping[str, Any]) -> Source:
    """Return who sent `payload`, by its fields, its event type, or what it calls itself.

    A Download or Rename that bears no sign at all, not even an instance's name, is
    taken for Radarr's, so that its error says what is missing.
    """
    event_type = _text(payload, "eventType")
    for source, fields in _FIELDS.items():
        if fields & payload.keys() or event_type in _EVENT_TYPES[source]:
            return source
    words = " ".join(_text(payload, name) for name in _WORDS).lower()
    for source in (Source.SONARR, Source.RADARR):
        if source in words:
            return source
    is_nameless = not payload.get("instanceName") and event_type in ("Download", "Rename")
    return Source.RADARR if is_nameless else Source.UNKNOWN


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""

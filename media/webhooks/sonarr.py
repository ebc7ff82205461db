"""Sonarr's webhooks, as Sonarr sends them.

Two bodies share the event type Download: one for each file that was imported, and
one when the whole download is (`episodeFiles`, and no `isUpgrade`).
"""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictBool, Tag, TypeAdapter

from media.webhooks.body import (
    SHARED_TAGS,
    Body,
    Event,
    Int32,
    ManagedFile,
    RenamedFile,
    SharedEvent,
    tag_of,
)


class SonarrSeries(Body):
    """A series as Sonarr knows it. `path` is Sonarr's view of its directory."""

    id: Int32
    title: str
    path: str = Field(min_length=1)
    tvdb_id: Int32 = 0


class SonarrEpisode(Body):
    """An episode as Sonarr knows it."""

    id: Int32
    season_number: Int32 = 0
    episode_number: Int32 = 0


class SeriesEvent(Event):
    """An event about a series."""

    series: SonarrSeries
    episodes: tuple[SonarrEpisode, ...] = ()


class EpisodeDownload(SeriesEvent):
    """A file was imported; `deleted_files` lists what an upgrade replaced."""

    event_type: Literal["Download"]
    episode_file: ManagedFile
    is_upgrade: StrictBool = False
    deleted_files: tuple[ManagedFile, ...] = ()
    download_id: str = ""


class ImportComplete(SeriesEvent):
    """All files of a download were imported."""

    event_type: Literal["Download"]
    episode_files: list[ManagedFile]
    download_id: str = ""


class EpisodeRename(SeriesEvent):
    """Files of a series were renamed. Early versions do not tell which."""

    event_type: Literal["Rename"]
    renamed_episode_files: tuple[RenamedFile, ...] = ()


class EpisodeFileDelete(SeriesEvent):
    """An episode's file was deleted; reason `upgrade` means a Download follows."""

    event_type: Literal["EpisodeFileDelete"]
    episode_file: ManagedFile
    delete_reason: str = Field(default="", max_length=100)


class SeriesDelete(SeriesEvent):
    """A series left Sonarr; `deleted_files` tells whether its files went too."""

    event_type: Literal["SeriesDelete"]
    deleted_files: StrictBool = False


class SeriesNotice(SeriesEvent):
    """Something about a series that changes no file."""

    event_type: Literal["Grab", "SeriesAdd"]


_TAGS = {
    "Download": "EpisodeDownload",
    "Rename": "EpisodeRename",
    "EpisodeFileDelete": "EpisodeFileDelete",
    "SeriesDelete": "SeriesDelete",
    "Grab": "SeriesNotice",
    "SeriesAdd": "SeriesNotice",
    **SHARED_TAGS,
}


def _tag(payload: Any) -> str:
    tag = tag_of(payload, _TAGS)
    is_whole = tag == "EpisodeDownload" and "episodeFiles" in payload
    return "ImportComplete" if is_whole else tag


SONARR_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[
        Annotated[EpisodeDownload, Tag("EpisodeDownload")]
        | Annotated[ImportComplete, Tag("ImportComplete")]
        | Annotated[EpisodeRename, Tag("EpisodeRename")]
        | Annotated[EpisodeFileDelete, Tag("EpisodeFileDelete")]
        | Annotated[SeriesDelete, Tag("SeriesDelete")]
        | Annotated[SeriesNotice, Tag("SeriesNotice")]
        | SharedEvent,
        Discriminator(_tag),
    ]
)

"""Radarr's webhooks, as Radarr sends them.

The type of a body depends on `eventType`, and not only in its extra fields:
`deletedFiles` is a list in Download and a yes or no in MovieDelete.
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


class RadarrMovie(Body):
    """A movie as Radarr knows it. `folder_path` is Radarr's view of its directory."""

    id: Int32
    title: str
    folder_path: str = Field(min_length=1)
    year: Int32 = 0
    tmdb_id: Int32 = 0
    imdb_id: str = ""


class Download(Event):
    """A file was imported; `deleted_files` lists what an upgrade replaced."""

    event_type: Literal["Download"]
    movie: RadarrMovie
    movie_file: ManagedFile
    is_upgrade: StrictBool = False
    deleted_files: tuple[ManagedFile, ...] = ()
    download_id: str = ""


class Rename(Event):
    """Files of a movie were renamed. Early versions do not tell which."""

    event_type: Literal["Rename"]
    movie: RadarrMovie
    renamed_movie_files: tuple[RenamedFile, ...] = ()


class MovieDelete(Event):
    """A movie left Radarr; `deleted_files` tells whether its files went too."""

    event_type: Literal["MovieDelete"]
    movie: RadarrMovie
    deleted_files: StrictBool = False


class MovieFileDelete(Event):
    """A movie's file was deleted; reason `upgrade` means a Download follows."""

    event_type: Literal["MovieFileDelete"]
    movie: RadarrMovie
    movie_file: ManagedFile
    delete_reason: str = Field(default="", max_length=100)


class MovieNotice(Event):
    """Something about a movie that changes no file."""

    event_type: Literal["Grab", "MovieAdded"]
    movie: RadarrMovie


_TAGS = {
    "Download": "Download",
    "Rename": "Rename",
    "MovieDelete": "MovieDelete",
    "MovieFileDelete": "MovieFileDelete",
    "Grab": "MovieNotice",
    "MovieAdded": "MovieNotice",
    **SHARED_TAGS,
}


def _tag(payload: Any) -> str:
    return tag_of(payload, _TAGS)


RADARR_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[
        Annotated[Download, Tag("Download")]
        | Annotated[Rename, Tag("Rename")]
        | Annotated[MovieDelete, Tag("MovieDelete")]
        | Annotated[MovieFileDelete, Tag("MovieFileDelete")]
        | Annotated[MovieNotice, Tag("MovieNotice")]
        | SharedEvent,
        Discriminator(_tag),
    ]
)

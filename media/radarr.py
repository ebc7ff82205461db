"""Radarr's webhooks, as Radarr sends them.

Only what is used is asked for; everything else is kept as it came. The type of
a body depends on `eventType`, and not only in its extra fields: `deletedFiles`
is a list in Download and a yes or no in MovieDelete.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from media.errors import InvalidWebhookError


class _Body(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True
    )


class RadarrMovie(_Body):
    """A movie as Radarr knows it. `folder_path` is Radarr's view of its directory."""

    id: int
    title: str
    folder_path: str = Field(min_length=1)
    year: int | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None


class RadarrFile(_Body):
    """A movie file; `path` is Radarr's view of it."""

    id: int
    relative_path: str
    path: str
    size: int = 0


class RenamedFile(RadarrFile):
    """A movie file and what it was called before."""

    previous_relative_path: str
    previous_path: str


class RadarrEvent(_Body):
    """What every webhook holds."""

    event_type: str = Field(min_length=1)
    instance_name: str = ""
    application_url: str = ""


class Download(RadarrEvent):
    """A file was imported; `deleted_files` lists what an upgrade replaced."""

    event_type: Literal["Download"]
    movie: RadarrMovie
    movie_file: RadarrFile
    is_upgrade: bool = False
    deleted_files: list[RadarrFile] = []


class Rename(RadarrEvent):
    """Files of a movie were renamed."""

    event_type: Literal["Rename"]
    movie: RadarrMovie
    renamed_movie_files: list[RenamedFile]


class MovieDelete(RadarrEvent):
    """A movie left Radarr; `deleted_files` tells whether its files went too."""

    event_type: Literal["MovieDelete"]
    movie: RadarrMovie
    deleted_files: bool = False


class MovieFileDelete(RadarrEvent):
    """A movie's file was deleted; reason `upgrade` means a Download follows."""

    event_type: Literal["MovieFileDelete"]
    movie: RadarrMovie
    movie_file: RadarrFile
    delete_reason: str = ""


class ConnectionTest(RadarrEvent):
    """Someone pressed Radarr's Test button."""

    event_type: Literal["Test"]


NoticeType = Literal[
    "Grab",
    "MovieAdded",
    "Health",
    "HealthRestored",
    "ApplicationUpdate",
    "ManualInteractionRequired",
]


class Notice(RadarrEvent):
    """Something to know of that changes no file."""

    event_type: NoticeType


class UnknownEvent(RadarrEvent):
    """An event of a Radarr newer than this program."""


_TAGS = {
    "Download": "Download",
    "Rename": "Rename",
    "MovieDelete": "MovieDelete",
    "MovieFileDelete": "MovieFileDelete",
    "Test": "ConnectionTest",
} | dict.fromkeys(get_args(NoticeType), "Notice")


def _tag(payload: Any) -> str:
    event_type = payload.get("eventType") if isinstance(payload, dict) else None
    return _TAGS.get(event_type, "UnknownEvent") if isinstance(event_type, str) else "UnknownEvent"


_EVENT: TypeAdapter[RadarrEvent] = TypeAdapter(
    Annotated[
        Annotated[Download, Tag("Download")]
        | Annotated[Rename, Tag("Rename")]
        | Annotated[MovieDelete, Tag("MovieDelete")]
        | Annotated[MovieFileDelete, Tag("MovieFileDelete")]
        | Annotated[ConnectionTest, Tag("ConnectionTest")]
        | Annotated[Notice, Tag("Notice")]
        | Annotated[UnknownEvent, Tag("UnknownEvent")],
        Discriminator(_tag),
    ]
)


def read_event(payload: object) -> RadarrEvent:
    """Read a webhook's body.

    An event type that is not known is an `UnknownEvent`, not an error. Raises
    `InvalidWebhookError`, which names the first field that is wrong.
    """
    try:
        return _EVENT.validate_python(payload)
    except ValidationError as error:
        raise InvalidWebhookError(_sentence(payload, error)) from error


def _sentence(payload: object, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    _tag_of_union, *where = first["loc"]
    field = ".".join(str(part) for part in where) or "payload"
    hint = ""
    if isinstance(payload, dict) and "series" in payload:
        hint = " (this looks like a webhook of Sonarr)"
    return f"bad Radarr webhook: {field}: {first['msg']}{hint}"

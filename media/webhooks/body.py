"""What all webhooks have in common, whoever sent them.

Only what is used is asked for; everything else is kept as it came. The programs
leave out what is null and send zeros for numbers they do not know.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Tag, model_validator
from pydantic.alias_generators import to_camel

# The programs' numbers are .NET's, and more than that no database column takes.
Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class Body(BaseModel):
    """A part of a webhook; a null is the same as nothing."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: inner for key, inner in value.items() if inner is not None}


class Event(Body):
    """What every webhook holds."""

    event_type: str = Field(min_length=1)
    instance_name: str = ""


class ManagedFile(Body):
    """A video that a manager looks after; `path` is its view of it."""

    id: Int32
    relative_path: str
    path: str
    size: Int64 = 0
    date_added: str = ""


class RenamedFile(ManagedFile):
    """A video and what it was called before."""

    previous_relative_path: str
    previous_path: str


class ConnectionTest(Event):
    """Someone pressed the Test button: its movie or series is made up."""

    event_type: Literal["Test"]


class Health(Event):
    """The manager found something wrong with itself, or no longer does."""

    event_type: Literal["Health", "HealthRestored"]
    level: str = ""
    message: str = ""


class ApplicationUpdate(Event):
    """The manager has a new version."""

    event_type: Literal["ApplicationUpdate"]
    message: str = ""
    previous_version: str = ""
    new_version: str = ""


class ManualInteractionRequired(Event):
    """A download cannot be imported without a person."""

    event_type: Literal["ManualInteractionRequired"]
    download_id: str = ""


class UnknownEvent(Event):
    """An event of a program, or of a version of one, that is not known here."""


SHARED_TAGS = {
    "Test": "ConnectionTest",
    "Health": "Health",
    "HealthRestored": "Health",
    "ApplicationUpdate": "ApplicationUpdate",
    "ManualInteractionRequired": "ManualInteractionRequired",
}

SharedEvent = (
    Annotated[ConnectionTest, Tag("ConnectionTest")]
    | Annotated[Health, Tag("Health")]
    | Annotated[ApplicationUpdate, Tag("ApplicationUpdate")]
    | Annotated[ManualInteractionRequired, Tag("ManualInteractionRequired")]
    | Annotated[UnknownEvent, Tag("UnknownEvent")]
)


def tag_of(payload: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Return which of a source's models reads `payload`; `tags` has them by event type."""
    event_type = payload.get("eventType")
    return tags.get(event_type, "UnknownEvent") if isinstance(event_type, str) else "UnknownEvent"

"""What the jobs are asked for: the models of their arguments."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Origin(StrEnum):
    """Who set a chain of jobs going; its jobs are as urgent as that."""

    PERSON = "person"
    AUTOMATIC = "automatic"  # a webhook
    SCHEDULE = "schedule"


class Request(BaseModel):
    """Base of all requests: a field that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    origin: Origin = Origin.AUTOMATIC


class MovieRequest(Request):
    """A movie of the library, by its number there."""

    movie_id: int = Field(ge=1, lt=2**63)


class ScheduledRequest(Request):
    """What a schedule asks for."""

    origin: Origin = Origin.SCHEDULE

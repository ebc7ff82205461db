"""Webhooks whose sender is not known: kept, and nothing is asked of their bodies."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, TypeAdapter

from media.webhooks.body import SHARED_TAGS, ConnectionTest, Event, UnknownEvent, tag_of


class Notice(Event):
    """What all programs of the family send, and what changes no file."""

    event_type: Literal[
        "Health", "HealthRestored", "ApplicationUpdate", "ManualInteractionRequired"
    ]


_TAGS = dict.fromkeys(SHARED_TAGS, "Notice") | {"Test": "ConnectionTest"}


def _tag(payload: Any) -> str:
    return tag_of(payload, _TAGS)


OTHER_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[
        Annotated[ConnectionTest, Tag("ConnectionTest")]
        | Annotated[Notice, Tag("Notice")]
        | Annotated[UnknownEvent, Tag("UnknownEvent")],
        Discriminator(_tag),
    ]
)

"""Read a webhook's body by who sent it and its event type."""

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from media.errors import InvalidWebhookError
from media.webhooks.body import Event
from media.webhooks.other import OTHER_EVENT
from media.webhooks.radarr import RADARR_EVENT
from media.webhooks.sonarr import SONARR_EVENT
from media.webhooks.source import Source, source_of

_MAX_FIELDS = 20

_EVENTS: dict[Source, TypeAdapter[Event]] = {
    Source.RADARR: RADARR_EVENT,
    Source.SONARR: SONARR_EVENT,
    Source.UNKNOWN: OTHER_EVENT,
}


def read_event(payload: object) -> Event:
    """Read a webhook's body.

    An event type, or a sender, that is not known is an `UnknownEvent`, not an error.

    Raises:
        InvalidWebhookError: fields are wrong or missing; the message names each.
    """
    if not isinstance(payload, dict):
        raise InvalidWebhookError("bad webhook: payload: it is no JSON object")
    source = source_of(payload)
    try:
        return _EVENTS[source].validate_python(payload)
    except ValidationError as error:
        sender = "" if source is Source.UNKNOWN else f"{source.capitalize()} "
        raise InvalidWebhookError(f"bad {sender}webhook: {_sentences(error)}") from error


def _sentences(error: ValidationError) -> str:
    wrong = error.errors(include_url=False, include_input=False)
    told = [_sentence(one) for one in wrong[:_MAX_FIELDS]]
    if len(wrong) > _MAX_FIELDS:
        told.append(f"and {len(wrong) - _MAX_FIELDS} more")
    return "; ".join(told)


def _sentence(one: ErrorDetails) -> str:
    _tag_of_union, *where = one["loc"]
    return f"{'.'.join(str(part) for part in where)}: {one['msg']}"

"""What can be told of any payload before it is understood, and the form in which it is kept."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from media.webhooks.source import Source, source_of

MAX_PAYLOAD_BYTES = 1_000_000

_MAX_NAME = 200


@dataclass(frozen=True)
class Envelope:
    """A payload from outside.

    `kept` is the payload, or, where it cannot be kept, a note that tells why and
    `refusal` the same for people. `digest` stands for the whole payload.
    """

    source: Source
    instance: str
    event_type: str
    kept: Any
    digest: str
    refusal: str | None = None

    @classmethod
    def around(cls, payload: object) -> "Envelope":
        """Look at `payload`, whatever it is."""
        try:
            text = json.dumps(payload, sort_keys=True)
        except (TypeError, ValueError, RecursionError) as error:
            return cls._refused(payload, "", f"it cannot be kept as JSON: {error}")
        if len(text) > MAX_PAYLOAD_BYTES:
            size = f"it is larger than {MAX_PAYLOAD_BYTES} bytes: {len(text)}"
            return cls._refused(payload, text, size)
        return cls(*_sender(payload), kept=payload, digest=_digest(text))

    @classmethod
    def _refused(cls, payload: object, text: str, why: str) -> "Envelope":
        return cls(*_sender(payload), kept={"refused": why}, digest=_digest(text), refusal=why)


def _sender(payload: object) -> tuple[Source, str, str]:
    if not isinstance(payload, dict):
        return Source.UNKNOWN, "", ""
    names = (_name(payload.get("instanceName")), _name(payload.get("eventType")))
    return source_of(payload), *names


def _name(value: object) -> str:
    if not isinstance(value, str):
        return ""
    # Half a surrogate pair is no Unicode, and no database takes it.
    return value[:_MAX_NAME].encode(errors="replace").decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

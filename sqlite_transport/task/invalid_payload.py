"""The error of a payload that is not what its type of job takes."""

from collections.abc import Mapping
from typing import Any


class InvalidPayload(ValueError):
    """The arguments are not what the task's payload model takes; the message names the fields.

    `.delay()` raises it, and nothing is sent. In a worker the job fails with it
    at once, whatever its retries.
    """


def explain(task: str, error: ValueError) -> InvalidPayload:
    """Make it of a model's error, without the values: they may be secret."""
    try:
        details = error.errors()  # type: ignore[attr-defined]
        text = "; ".join(map(_line, details))
    except (AttributeError, TypeError, KeyError):
        text = str(error)
    return InvalidPayload(f"{task}: {text}")


def _line(detail: Mapping[str, Any]) -> str:
    field = ".".join(map(str, detail["loc"]))
    return f"{field}: {detail['msg']}" if field else str(detail["msg"])

"""The arguments in a message's body, as Celery's JSON has them."""

import json
from typing import Any

JSON = "application/json"


def arguments_of(
    payload: str | bytes | None, content_type: str | None
) -> tuple[list[Any] | None, dict[str, Any] | None]:
    """Return the positional and the named arguments in a task's JSON body; None if it is none."""
    if content_type != JSON or payload is None:
        return None, None
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None, None
    match body:
        case [list(args), dict(kwargs), *_]:
            return args, kwargs
    return None, None

"""How deep a task's arguments are nested.

A pool's process gets them pickled, which for some hundred levels is an error that ends
the whole worker: the job would go back, and end the next one.
"""

from collections.abc import Mapping
from typing import Any

#: Levels that are safely handed on, with the worker's own calls below them.
DEEPEST = 200

# What a message's text can be nested by, whatever its serializer is.
_NESTING = (dict, list, tuple)
_ARGUMENTS = ("args", "kwargs")


def is_too_deep(message: Any, request: Mapping[str, Any]) -> bool:
    """Tell whether what Celery made of a message is nested too deep for a pool's process."""
    passed_over = () if _may_be_deep(message) else _ARGUMENTS
    # Asked for every job, and nearly all that is in a request is text or a number.
    nested = [
        value
        for name, value in request.items()
        if isinstance(value, _NESTING) and value and name not in passed_over
    ]
    return _is_deep(nested, DEEPEST - 1)


def _may_be_deep(message: Any) -> bool:
    """Tell it by the brackets of a JSON text: large arguments are seldom deep."""
    body = message.body
    if message.content_type != "application/json" or not isinstance(body, str | bytes):
        return True
    if isinstance(body, str):
        return body.count("[") + body.count("{") > DEEPEST
    return body.count(b"[") + body.count(b"{") > DEEPEST


def _is_deep(level: list[Any], deepest: int) -> bool:
    """Tell whether the values, which are nested themselves, go on for so many levels."""
    for _ in range(deepest):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, _NESTING) and inner
        ]
        if not level:
            return False
    return True

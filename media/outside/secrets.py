"""Keep keys and passwords out of messages."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

_SHORTEST = 4
_HIDDEN = "[hidden]"


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of the secrets, as they are or percent-encoded."""
    forms = {form for one in secrets for form in (one, quote(one, safe=""), quote_plus(one))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text


def secrets_in(*values: Any) -> frozenset[str]:
    """Return all texts in headers, parameters and bodies that may be secret."""
    return frozenset(text for value in values for text in _texts(value) if len(text) >= _SHORTEST)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        # `Bearer <token>` and `MediaBrowser Client="…", Token="…"` hold one.
        yield from (value, *re.split(r"[\s,\"=]+", value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)

"""The words in a job's arguments, and whether those that somebody looks for are among them.

A word is a run of letters, digits and underscores, in any script; the case of
a letter and the form of its accents (composed or not) do not count. A text is
found if each of its words begins a word in the arguments: in the values, at
any depth, and in the names.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlite_transport.arguments import JSON, arguments_of

WORD = re.compile(r"\w+")


def words_in(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    return WORD.findall(_folded(text))


def _folded(text: str) -> str:
    if not text.isascii():
        # Again after the case is folded, which may take a letter apart.
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return text.lower()


def words_of(payload: str | bytes | None, content_type: str | None) -> set[str]:
    """Return the words in the arguments of a message; none if they are not Celery's JSON."""
    args, kwargs = arguments_of(payload, content_type)
    return set() if args is None else set(words_in(_text(args, kwargs)))


def _text(*values: Any) -> str:
    """Return all that is said in JSON values, however deep."""
    said: list[str] = []
    rest = list(values)
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            said.append(value)
        elif isinstance(value, dict):
            rest.extend(value)
            rest.extend(value.values())
        elif isinstance(value, list):
            rest.extend(value)
        elif value is not None and not isinstance(value, bool):
            said.append(str(value))
    return " ".join(said)


def has_words(payload: str | bytes | None, content_type: str | None, wanted: Iterable[str]) -> bool:
    """Tell whether each of the wanted words begins one in the arguments."""
    if content_type != JSON or payload is None or _cannot_have(payload, wanted):
        return False
    found = words_of(payload, content_type)
    return all(any(word.startswith(each) for word in found) for each in wanted)


def _cannot_have(payload: str | bytes, wanted: Iterable[str]) -> bool:
    """Tell at a glance, without decoding it, that a body lacks one of the words."""
    if not isinstance(payload, str) or not payload.isascii() or "\\u" in payload:
        return False
    lowered = payload.lower()
    return not all(each in lowered for each in wanted)

"""The names that settings have, to tell who has misspelled one."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from media.settings.settings import Settings


def names_in(table: Sequence[str]) -> tuple[str, ...]:
    """Return the settings of the table at this location; none where people choose the names."""
    schema = _schema()
    for name in table:
        inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        schema = _resolved(inner)
    return tuple(schema.get("properties", ()))


def hint(wrong: str, names: Iterable[str]) -> str:
    """Return what to write instead of a name that there is not."""
    known = list(names)
    close = get_close_matches(wrong, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there are {', '.join(known)}" if known else "leave it out"


def _resolved(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    reference = schema.get("$ref", "")
    found: dict[str, Any] = _schema()["$defs"][reference.split("/")[-1]] if reference else schema
    return found


@cache
def _schema() -> dict[str, Any]:
    return Settings.model_json_schema()

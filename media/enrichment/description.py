"""All that can be said of a movie, whoever says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Part:
    """A part in the cast or the crew, as in `media.library.models.Credit`."""

    kind: str
    name: str
    role: str | None = None
    department: str | None = None
    job: str | None = None
    tmdb_id: int | None = None
    picture_url: str | None = None


@dataclass(frozen=True)
class Description:
    """`values` by column of `movies`, without those nobody knows; the parts in their order."""

    values: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[Part] = ()


def known_only(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say anything."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, ())}

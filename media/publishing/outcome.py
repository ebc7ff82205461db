"""What is found and done while a movie is published, before the library hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from media.movie import StoredFile


@dataclass(frozen=True)
class Record:
    """What the library is to remember of a file that is there as we want it."""

    kind: str
    sha256: str
    stored: StoredFile
    cache_key: str | None = None
    is_adopted: bool = False
    content: bytes | None = None
    offered: Mapping[str, str] | None = None


@dataclass
class Outcome:
    """The lists of `PublishSummary`, and what becomes of the rows by relative path.

    `records` are files that are ours. `protected` keep their rows, whatever else is
    wanted now; of them, `foreign` are those whose content is no longer ours. Rows of
    `gone` go.
    """

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed_by_others: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

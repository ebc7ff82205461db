"""Bring what we say of a movie into its NFO, which others write too.

For each field there are three values: ours now, ours when it was written last, and
the file's. What others have changed since stays as long as ours is what it was;
where both have changed, ours is written. Where nothing was written before, ours is
written too, but for what we know nothing of.

A person's word goes over all that: a field locked in the library is ours, and one
that the file locks for Jellyfin (`lockdata`, `lockedfields`) is the file's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from media.nfo.content import MovieNfo
from media.nfo.document import new_document, parse_nfo
from media.nfo.reading import read_movie, text_at
from media.nfo.writing import WRITERS, settle_defaults

# Jellyfin's names of what can be locked.
_JELLYFIN = {
    "name": ("title",),
    "overview": ("plot", "outline"),
    "genres": ("genres",),
    "cast": ("actors", "directors", "credits"),
    "officialrating": ("certification",),
    "runtime": ("runtime_minutes",),
    "studios": ("studios",),
    "tags": ("tags",),
    "productionlocations": ("countries",),
}
# What no person writes: it changes by itself, and players replace it by their own reading.
_MEASURES = frozenset({"ratings", "runtime_minutes", "streams"})


@dataclass(frozen=True)
class MergedNfo:
    """An NFO's content with ours in it.

    `offered` is what we had to say, for the next merge's `before`; `kept` names the
    fields that stayed as others have written them, and `replaced` those whose foreign
    value gave way to ours the first time. `is_whole` is False where the old content held
    what could not be kept.
    """

    content: bytes
    offered: Mapping[str, str]
    kept: tuple[str, ...]
    replaced: tuple[str, ...]
    is_whole: bool


def merge_nfo(
    existing: bytes | None,
    ours: MovieNfo,
    before: Mapping[str, str] | None = None,
    locked: Collection[str] = (),
) -> MergedNfo:
    """Return `existing` with our values in it.

    `before` is `MergedNfo.offered` of the last time, None when there was none;
    `locked` names fields of `MovieNfo` that a person has set in the library.
    Merging the result again changes nothing.
    """
    document = new_document() if existing is None else parse_nfo(existing)
    ours = ours.cleaned()
    theirs = _comparable(read_movie(document.root), ours)
    kept = _write(document.root, ours, theirs, before or {}, locked)
    replaced = () if before is not None else _replaced(ours, theirs, kept)
    settle_defaults(document.root)
    return MergedNfo(document.as_bytes(), ours.digests(), kept, replaced, document.is_whole)


def _write(
    root: etree._Element,
    ours: MovieNfo,
    theirs: MovieNfo,
    before: Mapping[str, str],
    locked: Collection[str],
) -> tuple[str, ...]:
    digests, theirs_digests = ours.digests(), theirs.digests()
    locked_there = _locked_in(root)
    kept = []
    for name, write in WRITERS.items():
        value = getattr(ours, name)
        if name in locked:
            write(root, value)
        elif name in locked_there and getattr(theirs, name):
            kept.append(name)
        elif theirs_digests[name] == digests[name]:
            if value:
                write(root, value)  # it may be there in a form that only others read
        elif _stays(name, value, theirs_digests[name], digests[name], before):
            kept.append(name)
        else:
            write(root, value)
    return tuple(kept)


def _replaced(ours: MovieNfo, theirs: MovieNfo, kept: Collection[str]) -> tuple[str, ...]:
    digests, theirs_digests = ours.digests(), theirs.digests()
    return tuple(
        name
        for name in WRITERS
        if name not in _MEASURES
        and name not in kept
        and getattr(theirs, name)
        and theirs_digests[name] != digests[name]
    )


def _stays(name: str, value: Any, theirs: str, ours: str, before: Mapping[str, str]) -> bool:
    """Whether the file's value stays, which is another than ours."""
    if name in before and theirs == before[name]:
        return False  # nobody changed what we wrote
    return ours == before.get(name) or not value


def _comparable(theirs: MovieNfo, ours: MovieNfo) -> MovieNfo:
    """Leave out of theirs the ratings of sources that we do not write."""
    sources = [rating.source for rating in ours.ratings]
    ratings: dict[str, Any] = {rating.source: rating for rating in theirs.ratings}
    return replace(theirs, ratings=tuple(ratings[one] for one in sources if one in ratings))


def _locked_in(root: etree._Element) -> set[str]:
    if (text_at(root, "lockdata") or "").lower() == "true":
        return set(WRITERS)
    names = (text_at(root, "lockedfields") or "").split("|")
    return {field for name in names for field in _JELLYFIN.get(name.strip().lower(), ())}

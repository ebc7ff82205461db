"""Write what we say of a movie into its `<movie>` element, one field at a time.

What others have put beside our values stays: attributes, children that we do not
write, ratings of other sources, unknown kinds of `uniqueid`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from media.nfo.content import NfoActor, NfoRating, NfoSet
from media.nfo.elements import fill, make, put, remove_attribute, set_text
from media.nfo.reading import text_at, text_of
from media.nfo.stream_elements import write_streams
from media.nfo.trailer import player_address

Writer = Callable[[etree._Element, Any], None]


def _one(tag: str) -> Writer:
    def write(root: etree._Element, value: str | int | None) -> None:
        old = root.findall(tag)[:1]
        new = [] if value is None else [fill(old[0] if old else make(tag), value)]
        put(root, tag, new)

    return write


def _many(tag: str) -> Writer:
    def write(root: etree._Element, values: Sequence[str]) -> None:
        old = {text_of(element): element for element in reversed(root.findall(tag))}
        put(root, tag, [fill(old.get(value, make(tag)), value) for value in values])

    return write


def _unique_id(kind: str) -> Writer:
    def write(root: etree._Element, value: str | int | None) -> None:
        all_ids = root.findall("uniqueid")
        ours = [one for one in all_ids if (one.get("type") or "").lower() == kind]
        others = [one for one in all_ids if one not in ours]
        if value is None:
            put(root, "uniqueid", others)
            return
        one = fill(ours[0] if ours else make("uniqueid", type=kind), value)
        kept = [other for other in all_ids if other in others or other is one]
        put(root, "uniqueid", kept if one in kept else [*kept, one])
        _write_old_forms(root, kind, value)

    return write


def _write_old_forms(root: etree._Element, kind: str, value: str | int) -> None:
    """Correct an id that somebody has also written in an older form, for Jellyfin reads it."""
    for element in root.iterfind(f"{kind}id"):
        fill(element, value)
    for element in root.iterfind("id"):
        if kind == "imdb" and (text_of(element) or "").startswith("tt"):
            fill(element, value)


def _write_ratings(root: etree._Element, ratings: Sequence[NfoRating]) -> None:
    if not ratings:
        return
    parent = next(iter(root.findall("ratings")), None)
    parent = make("ratings") if parent is None else parent
    for rating in ratings:
        _write_rating(parent, rating)
    put(root, "ratings", [parent])


def _write_rating(parent: etree._Element, rating: NfoRating) -> None:
    named = [one for one in parent.findall("rating") if one.get("name") == rating.source]
    element = named[0] if named else etree.SubElement(parent, "rating", name=rating.source)
    element.set("max", str(rating.maximum))
    set_text(element, "value", f"{rating.value:.3f}".rstrip("0").rstrip("."))
    set_text(element, "votes", rating.votes)


def _write_collection(root: etree._Element, collection: NfoSet | None) -> None:
    if collection is None:
        put(root, "set", [])
        return
    element = next(iter(root.findall("set")), None)
    element = make("set") if element is None else element
    was_named = text_at(element, "name") or text_of(element)
    element.text = None
    set_text(element, "name", collection.name)
    set_text(element, "overview", collection.overview)
    if collection.tmdb_id:
        element.set("tmdbcolid", str(collection.tmdb_id))
    elif was_named != collection.name:
        remove_attribute(element, "tmdbcolid")
    put(root, "set", [element])


def _write_trailer(root: etree._Element, address: str | None) -> None:
    _one("trailer")(root, player_address(address) if address else None)


def _write_actors(root: etree._Element, actors: Sequence[NfoActor]) -> None:
    old: dict[str | None, list[etree._Element]] = {}
    for element in root.findall("actor"):
        old.setdefault(text_at(element, "name"), []).append(element)
    new = []
    for order, actor in enumerate(actors):
        same_name = old.get(actor.name)
        element = same_name.pop(0) if same_name else make("actor")
        set_text(element, "name", actor.name)
        set_text(element, "role", actor.role)
        set_text(element, "order", order)
        # A picture that is no web address would hide the one in `.actors`.
        set_text(element, "thumb", actor.picture)
        new.append(element)
    put(root, "actor", new)


#: How each field of `MovieNfo` is written, in the order in which it is written.
WRITERS: dict[str, Writer] = {
    "title": _one("title"),
    "original_title": _one("originaltitle"),
    "sort_title": _one("sorttitle"),
    "ratings": _write_ratings,
    "outline": _one("outline"),
    "plot": _one("plot"),
    "tagline": _one("tagline"),
    "runtime_minutes": _one("runtime"),
    "certification": _one("mpaa"),
    "tmdb_id": _unique_id("tmdb"),
    "imdb_id": _unique_id("imdb"),
    "tvdb_id": _unique_id("tvdb"),
    "genres": _many("genre"),
    "countries": _many("country"),
    "collection": _write_collection,
    "tags": _many("tag"),
    "credits": _many("credits"),
    "directors": _many("director"),
    "premiered": _one("premiered"),
    "year": _one("year"),
    "studios": _many("studio"),
    "trailer": _write_trailer,
    "streams": write_streams,
    "actors": _write_actors,
}


def settle_defaults(root: etree._Element) -> None:
    """Let exactly one `uniqueid` and one rating be the default, where there are any."""
    ids = root.findall("uniqueid")
    _settle(ids, "type", ("tmdb", "imdb", "tvdb"))
    _settle(root.findall("ratings/rating"), "name", ("themoviedb", "imdb"))


def _settle(elements: Sequence[etree._Element], attribute: str, wanted: Sequence[str]) -> None:
    if not elements:
        return
    said = [one for one in elements if (one.get("default") or "").lower() in ("true", "1")]
    preferred = [
        one for kind in wanted for one in elements if (one.get(attribute) or "").lower() == kind
    ]
    chosen = [*said, *preferred, *elements][0]
    for element in elements:
        if element is chosen:
            element.set("default", "true")
        else:
            remove_attribute(element, "default")

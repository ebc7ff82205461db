"""From the elements of a `<movie>` to what they say of the movie."""

import re

from lxml import etree

from media.movie import KnownMovie

_IMDB_ID = re.compile(r"tt\d+")


def known_of(root: etree._Element) -> KnownMovie:
    """Return what the `<movie>` element says; what is empty or no number stays unsaid."""
    premiered = _text(root, "premiered") or _text(root, "releasedate")
    return KnownMovie(
        title=_text(root, "title"),
        original_title=_text(root, "originaltitle"),
        sort_title=_text(root, "sorttitle"),
        year=_year(_text(root, "year")) or _year(premiered),
        premiered=premiered,
        plot=_text(root, "plot"),
        tagline=_text(root, "tagline"),
        runtime_minutes=_number(_text(root, "runtime")),
        certification=_text(root, "mpaa"),
        collection=_text(root, "set/name") or _text(root, "set"),
        genres=_genres(root),
        tmdb_id=_number(_unique_id(root, "tmdb") or _text(root, "tmdbid")),
        imdb_id=_imdb_id(root),
    )


def _text(root: etree._Element, path: str) -> str | None:
    return _content(root.find(path))


def _content(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return " ".join((element.text or "").split()) or None


def _unique_id(root: etree._Element, kind: str) -> str | None:
    for element in root.iterfind("uniqueid"):
        if (element.get("type") or "").lower() == kind:
            return _content(element)
    return None


def _imdb_id(root: etree._Element) -> str | None:
    for said in (_unique_id(root, "imdb"), _text(root, "imdbid"), _text(root, "id")):
        if said and _IMDB_ID.fullmatch(said):
            return said
    return None


def _genres(root: etree._Element) -> tuple[str, ...] | None:
    # Kodi and Jellyfin both take "Drama / Comedy" for two genres.
    said = [_content(element) or "" for element in root.iterfind("genre")]
    names = [name.strip() for text in said for name in text.split("/")]
    return tuple(dict.fromkeys(name for name in names if name)) or None


def _number(text: str | None) -> int | None:
    digits = re.match(r"\d{1,9}", text or "")
    return int(digits[0]) or None if digits else None


def _year(text: str | None) -> int | None:
    digits = re.match(r"[12]\d{3}(?!\d)", text or "")
    return int(digits[0]) if digits else None

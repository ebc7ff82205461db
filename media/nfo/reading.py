"""From the elements of a `<movie>` to what they say."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from media.nfo.content import (
    MovieNfo,
    NfoActor,
    NfoAudio,
    NfoRating,
    NfoSet,
    NfoStreams,
    NfoVideo,
    year_in,
)
from media.nfo.text import clean

_IMDB_ID = re.compile(r"tt\d+")


def read_movie(root: etree._Element) -> MovieNfo:
    """Return what the `<movie>` element says; what is empty or no number stays unsaid."""
    premiered = text_at(root, "premiered") or text_at(root, "releasedate")
    return MovieNfo(
        title=text_at(root, "title"),
        original_title=text_at(root, "originaltitle"),
        sort_title=text_at(root, "sorttitle"),
        ratings=tuple(_ratings(root)),
        outline=text_at(root, "outline"),
        plot=text_at(root, "plot"),
        tagline=text_at(root, "tagline"),
        runtime_minutes=whole_number(text_at(root, "runtime")),
        certification=text_at(root, "mpaa"),
        tmdb_id=whole_number(_unique_id(root, "tmdb") or text_at(root, "tmdbid")),
        imdb_id=_imdb_id(root),
        tvdb_id=whole_number(_unique_id(root, "tvdb") or text_at(root, "tvdbid")),
        genres=tuple(_texts(root, "genre")),
        countries=tuple(_texts(root, "country")),
        collection=_collection(root),
        tags=tuple(_texts(root, "tag")),
        credits=tuple(_texts(root, "credits")),
        directors=tuple(_texts(root, "director")),
        premiered=premiered,
        year=year_in(text_at(root, "year")),
        studios=tuple(_texts(root, "studio")),
        trailer=text_at(root, "trailer"),
        streams=read_streams(root.find("fileinfo/streamdetails")),
        actors=tuple(_actors(root)),
    ).cleaned()


def read_streams(details: etree._Element | None) -> NfoStreams | None:
    """Return what `<streamdetails>` says of the file, None where there is none."""
    if details is None:
        return None
    return NfoStreams(
        video=tuple(_video(one) for one in details.iterfind("video")),
        audio=tuple(_audio(one) for one in details.iterfind("audio")),
        subtitles=tuple(_texts(details, "subtitle/language")),
    )


def text_of(element: etree._Element | None) -> str | None:
    """Return the element's text without white space around it, None where there is none."""
    return None if element is None else clean(element.text or "") or None


def text_at(element: etree._Element, path: str) -> str | None:
    """Return the text of the first element at `path` that has one."""
    return next((text for one in element.iterfind(path) if (text := text_of(one))), None)


def whole_number(text: str | None) -> int | None:
    """Return the number that `text` begins with, None where there is none or it is 0."""
    digits = re.match(r"[0-9]{1,9}", text or "")
    return int(digits[0]) or None if digits else None


def _texts(root: etree._Element, path: str) -> Iterator[str]:
    return (text for element in root.iterfind(path) if (text := text_of(element)))


def _unique_id(root: etree._Element, kind: str) -> str | None:
    for element in root.iterfind("uniqueid"):
        if (element.get("type") or "").lower() == kind:
            return text_of(element)
    return None


def _imdb_id(root: etree._Element) -> str | None:
    said = (_unique_id(root, "imdb"), text_at(root, "imdbid"), text_at(root, "id"))
    return next((one for one in said if one and _IMDB_ID.fullmatch(one)), None)


def _ratings(root: etree._Element) -> Iterator[NfoRating]:
    for element in root.iterfind("ratings/rating"):
        value = _decimal(text_at(element, "value"))
        if (source := element.get("name")) and value is not None:
            votes = whole_number((text_at(element, "votes") or "").replace(",", ""))
            yield NfoRating(source, value, votes, whole_number(element.get("max")) or 10)


def _decimal(text: str | None) -> float | None:
    digits = re.match(r"[0-9]{1,9}([.,][0-9]+)?", text or "")
    return float(digits[0].replace(",", ".")) if digits else None


def _collection(root: etree._Element) -> NfoSet | None:
    element = root.find("set")
    if element is None:
        return None
    name = text_at(element, "name") or text_of(element)
    number = whole_number(element.get("tmdbcolid"))
    return NfoSet(name, text_at(element, "overview"), number) if name else None


def _video(stream: etree._Element) -> NfoVideo:
    return NfoVideo(
        codec=text_at(stream, "codec"),
        width=whole_number(text_at(stream, "width")),
        height=whole_number(text_at(stream, "height")),
        duration_seconds=whole_number(text_at(stream, "durationinseconds")),
        hdr_type=text_at(stream, "hdrtype"),
    )


def _audio(stream: etree._Element) -> NfoAudio:
    channels = whole_number(text_at(stream, "channels"))
    return NfoAudio(text_at(stream, "codec"), text_at(stream, "language"), channels)


def _actors(root: etree._Element) -> Iterable[NfoActor]:
    for element in root.iterfind("actor"):
        if name := text_at(element, "name"):
            yield NfoActor(name, text_at(element, "role"), text_at(element, "thumb"))

"""Read a movie's NFO as forgivingly as Kodi does, and safely.

Entities are never expanded and nothing is fetched. People's NFOs hold raw `&`,
control characters, HTML's entities, Latin-1 without saying so, an unclosed
root, a web address behind the XML or nothing but a web address.
"""

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from media.disk import reading
from media.errors import MediaError
from media.movie import KnownMovie, NfoState
from media.scan.nfo_fields import known_of

MAX_BYTES = 2 * 1024 * 1024

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RAW_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|\w+;)")
_HTML_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)(\w+);")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)[\"']")
_TMDB_URL = re.compile(r"themoviedb\.org/movie/(\d+)")
_IMDB_URL = re.compile(r"imdb\.com/title/(tt\d+)")


@dataclass(frozen=True)
class Nfo:
    """What an NFO says, how reading it went, and the trouble it made, if any."""

    state: NfoState
    known: KnownMovie = field(default_factory=KnownMovie)
    warning: str | None = None


ABSENT = Nfo(NfoState.ABSENT)


def read_nfo(path: Path) -> Nfo:
    """Read the NFO at `path`. It never fails: the state tells what came of it."""
    try:
        with reading(path), path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except MediaError as error:
        return Nfo(NfoState.UNREADABLE, warning=str(error))
    if len(data) > MAX_BYTES:
        return Nfo(NfoState.BROKEN, warning=f"{path} is too large for an NFO")
    text = _decode(data)
    root = _parse(text)
    if root is not None and root.tag == "movie":
        return Nfo(NfoState.READ, known_of(root))
    if known := _of_urls(text):
        return Nfo(NfoState.URL_ONLY, known)
    what = "no XML" if root is None else f"an NFO of <{root.tag}>, not of <movie>"
    return Nfo(NfoState.BROKEN, warning=f"{path} cannot be used: {what}")


def _decode(data: bytes) -> str:
    for encoding in (_declared_encoding(data), "utf-8-sig"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1")


def _declared_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _ENCODING.search(data[:200])
    name = declared[1].decode() if declared else "utf-8"
    return "utf-8-sig" if name.lower() in ("utf-8", "utf8") else name


def _parse(text: str) -> etree._Element | None:
    if "<movie" not in text and "<?xml" not in text:
        return None
    text = _CONTROL.sub("", _DECLARATION.sub("", text))
    text = _HTML_ENTITY.sub(_as_character, _RAW_AMPERSAND.sub("&amp;", text))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def _as_character(entity: re.Match[str]) -> str:
    character = html.unescape(entity[0])
    # An entity of the document's own, or of nobody: never expanded.
    return "" if character == entity[0] else html.escape(character, quote=False)


def _of_urls(text: str) -> KnownMovie | None:
    tmdb, imdb = _TMDB_URL.search(text), _IMDB_URL.search(text)
    if not tmdb and not imdb:
        return None
    return KnownMovie(tmdb_id=int(tmdb[1]) if tmdb else None, imdb_id=imdb[1] if imdb else None)

"""An NFO file as a document: what is in it, also where it is no good XML, and the file again.

Nothing is fetched and no entity is expanded. People's NFOs hold raw `&`, control
characters, HTML's entities, Latin-1 without saying so, an unclosed root, web
addresses behind the XML or nothing but a web address.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from lxml import etree

from media.nfo.decoding import decode
from media.nfo.text import NOT_TEXT, without_controls

MAX_BYTES = 2 * 1024 * 1024

_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# These never go back over what they have passed: files of strangers are read with them.
_DOCTYPE = re.compile(
    r"\A(?P<before>(?>\s+|<!--.*?-->|<\?.*?\?>)*+)<!DOCTYPE[^\[>]*+(\[.*?\]\s*+)?>", re.DOTALL
)
_VERBATIM = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_RAW_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|\w+;)")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)(#?\w+);")
_NOT_TEXT = re.compile(f"[{NOT_TEXT}\r]")
_END = re.compile(r"</movie\s*>")
_ADDRESS = re.compile(r"\s*https?://[^\s<>]+\s*")


@dataclass
class NfoDocument:
    """The `<movie>` element, and the lines with web addresses behind it.

    `is_whole` is False where the source held more than could be kept here: then
    whoever writes over it keeps the source aside. `has_movie` is False where the source
    had no such element, and this one is empty for it.
    """

    root: etree._Element
    addresses: tuple[str, ...] = ()
    is_whole: bool = True
    has_movie: bool = True

    def as_bytes(self) -> bytes:
        """Return the file: UTF-8 with a declaration, two spaces before each tag.

        Web addresses stand in comments: behind the XML they would make it none.
        """
        _lay_out(self.root)
        before = [_as_text(node) for node in self.root.itersiblings(preceding=True)]
        after = [_as_text(node) for node in self.root.itersiblings()]
        parts = [*reversed(before), _as_text(self.root), *after, *map(_comment, self.addresses)]
        return (_HEADER + "\n".join(parts) + "\n").encode()


def new_document() -> NfoDocument:
    """Return a document that says nothing yet."""
    return NfoDocument(etree.Element("movie"))


def parse_nfo(data: bytes) -> NfoDocument:
    """Read an NFO file's content as far as it can be read; it never fails.

    What is no `<movie>` gives an empty one that is not whole, but for a file with nothing
    in it but web addresses, or nothing at all.
    """
    if len(data) > MAX_BYTES:
        return NfoDocument(new_document().root, is_whole=False, has_movie=False)
    text = _DECLARATION.sub("", without_controls(decode(data)))
    for attempt in (_strictly, _mended, _without_end, _recovered):
        document = attempt(text)
        if document is not None:
            return document
    addresses, rest = _addresses_in(text)
    return NfoDocument(new_document().root, addresses, is_whole=not rest, has_movie=False)


def _strictly(text: str) -> NfoDocument | None:
    root = _parse(text, recover=False)
    return None if root is None else NfoDocument(root, is_whole=not _has_entities(text))


def _mended(text: str) -> NfoDocument | None:
    return _strictly(_mend(text))


def _without_end(text: str) -> NfoDocument | None:
    """Read a whole `<movie>` that something stands behind."""
    end = _END.search(text)
    document = end and _mended(text[: end.end()])
    if not end or not document:
        return None
    addresses, rest = _addresses_in(text[end.end() :])
    return NfoDocument(document.root, addresses, document.is_whole and not rest)


def _recovered(text: str) -> NfoDocument | None:
    root = _parse(_mend(text), recover=True)
    if root is None:
        return None
    end = _END.search(text)
    addresses, _rest = _addresses_in(text[end.end() :] if end else "")
    return NfoDocument(root, addresses, is_whole=False)


def _parse(text: str, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover
    )
    try:
        root = etree.fromstring(_DOCTYPE.sub(r"\g<before>", text).strip().encode(), parser)
    except etree.XMLSyntaxError:
        return None
    return root if root is not None and root.tag == "movie" else None


def _addresses_in(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the lines that are web addresses, and whether there is anything else."""
    lines = [line for line in text.splitlines() if line.strip()]
    addresses = tuple(line.strip() for line in lines if _ADDRESS.fullmatch(line))
    return addresses, len(addresses) < len(lines)


def _mend(text: str) -> str:
    return "".join(_mended_parts(text))


def _has_entities(text: str) -> bool:
    return "<!ENTITY" in text


def _mended_parts(text: str) -> Iterator[str]:
    as_character = partial(_as_character, may_be_its_own=_has_entities(text))
    for number, part in enumerate(_VERBATIM.split(text)):
        # Odd parts are what the pattern found: an `&` is an `&` there.
        yield part if number % 2 else _ENTITY.sub(as_character, _RAW_AMPERSAND.sub("&amp;", part))


def _as_character(entity: re.Match[str], *, may_be_its_own: bool) -> str:
    character = html.unescape(entity[0])
    if _NOT_TEXT.search(character) or (character == entity[0] and may_be_its_own):
        return ""  # what XML cannot hold, or what is not to be expanded
    # One that nobody knows is an `&` that somebody wrote as it is: `R&D; more`.
    return html.escape(character, quote=False)


def _lay_out(root: etree._Element) -> None:
    """Put each child on a line of its own, and leave what is in them as it is."""
    if len(root) == 0:
        return
    root.text = _spaced(root.text, "\n  ")
    for child in root:
        child.tail = _spaced(child.tail, "\n  ")
    root[-1].tail = _spaced(root[-1].tail, "\n")


def _spaced(text: str | None, space: str) -> str:
    return text if text and text.strip() else space


def _comment(address: str) -> str:
    # Two hyphens would end it; a browser reads either form.
    return f"<!-- {address.replace('--', '-%2D')} -->"


def _as_text(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode", with_tail=False)

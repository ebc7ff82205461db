"""Put elements into a `<movie>`: in place of the old ones, else where Kodi has them."""

from collections.abc import Sequence

from lxml import etree

# The order of Kodi's own export, with the tags of others where they write them.
_ORDER = (
    *("title", "originaltitle", "sorttitle", "ratings", "rating", "userrating", "top250"),
    *("outline", "plot", "tagline", "runtime", "thumb", "fanart", "mpaa"),
    *("playcount", "lastplayed", "id", "imdbid", "tmdbid", "tvdbid", "uniqueid"),
    *("genre", "country", "set", "tag", "credits", "director", "premiered", "year"),
    *("status", "code", "aired", "studio", "trailer", "fileinfo", "actor", "resume", "dateadded"),
)
_RANK = {tag: rank for rank, tag in enumerate(_ORDER)}


def put(root: etree._Element, tag: str, new: Sequence[etree._Element]) -> None:
    """Let `new` be all that `root` has of `tag`, where the first of the old ones is.

    `new` may hold some of the old ones, which are moved with all that is in them.
    """
    old = root.findall(tag)
    position = root.index(old[0]) if old else _place(root, tag)
    for element in old:
        _take_out(root, element)
    for offset, element in enumerate(new):
        root.insert(position + offset, element)
        etree.indent(element, space="  ", level=1)


def make(tag: str, text: str | int | None = None, **attributes: str) -> etree._Element:
    """Return a new element."""
    element = etree.Element(tag, attributes)
    if text is not None:
        element.text = str(text)
    return element


def set_text(parent: etree._Element, tag: str, text: str | int | None) -> None:
    """Let `parent` have one child `tag` with that text; with None, no such child."""
    old = parent.findall(tag)
    for surplus in old if text is None else old[1:]:
        parent.remove(surplus)
    if text is None:
        return
    child = old[0] if old else etree.SubElement(parent, tag)
    fill(child, text)


def fill(element: etree._Element, text: str | int) -> etree._Element:
    """Let `text` be all that is in the element; its attributes stay."""
    for child in list(element):
        element.remove(child)
    element.text = str(text)
    return element


def remove_attribute(element: etree._Element, name: str) -> None:
    """Let `element` have no such attribute."""
    if name in element.attrib:
        del element.attrib[name]


def _place(root: etree._Element, tag: str) -> int:
    """Return the position behind the last child that comes before `tag` in the order."""
    rank = _RANK[tag]
    before = [
        position
        for position, child in enumerate(root)
        if isinstance(child.tag, str) and _RANK.get(child.tag, len(_ORDER)) < rank
    ]
    return before[-1] + 1 if before else 0


def _take_out(root: etree._Element, element: etree._Element) -> None:
    """Remove the element, but not what somebody wrote behind it."""
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is None:
            root.text = (root.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    element.tail = None
    root.remove(element)

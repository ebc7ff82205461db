"""In which characters an NFO file is written."""

import re

_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)[\"']")
_UTF_8 = frozenset({"utf-8", "utf8", "ascii", "us-ascii"})
# Windows' programs say Latin-1 and mean their own superset of it.
_LATIN_1 = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1"})
# Of these no declaration could be read as it stands: .NET's programs write it before UTF-8.
_UNTRUE = re.compile(r"(utf|ucs)-?(16|32|2|4)([bl]e)?|unicode")


def decode(data: bytes) -> str:
    """Return the text of an NFO file: as declared, else UTF-8, else Latin-1."""
    for encoding in (_declared(data), "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return data.decode("latin-1")


def _declared(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _ENCODING.search(data[:200])
    name = declared[1].decode().lower() if declared else "utf-8"
    if name in _UTF_8 or _UNTRUE.fullmatch(name):
        return "utf-8-sig"
    return "cp1252" if name in _LATIN_1 else name

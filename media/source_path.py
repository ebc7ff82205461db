"""A path as another program reports it, which may be another machine's."""

import re
import unicodedata
from dataclasses import dataclass

from media.errors import InvalidPathError

_DRIVE = re.compile(r"([A-Za-z]:)[\\/]")
_UNC = re.compile(r"[\\/]{2}[^\\/]")
_LONG_UNC = "\\\\?\\UNC\\"
_LONG = "\\\\?\\"


@dataclass(frozen=True)
class SourcePath:
    """An absolute path in components: `root` is `/`, a drive such as `c:`, or `UNC`.

    `parts` are as written; `key` is what comparison uses. Windows paths, by
    drive or UNC share, compare without case and take both slashes.
    """

    root: str
    parts: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The parts for comparison: composed Unicode, without case on Windows."""
        composed = (unicodedata.normalize("NFC", part) for part in self.parts)
        return tuple(composed) if self.root == "/" else tuple(part.lower() for part in composed)

    def __str__(self) -> str:
        if self.root == "/":
            return "/" + "/".join(self.parts)
        start = "\\\\" if self.root == "UNC" else f"{self.root}\\"
        return start + "\\".join(self.parts)

    def covers(self, other: "SourcePath") -> bool:
        """Whether `other` is this path or lies below it, component by component."""
        return self.root == other.root and other.key[: len(self.parts)] == self.key


def parse_source_path(text: str) -> SourcePath:
    """Read an absolute POSIX, Windows drive or UNC path.

    Raises `InvalidPathError` for a relative path, for one that climbs with
    `..` and for characters that no file name can hold.
    """
    _refuse_impossible_characters(text)
    root, rest = _split_root(text)
    separator = r"/" if root == "/" else r"[\\/]"
    parts = tuple(part for part in re.split(separator, rest) if part not in ("", "."))
    if ".." in parts:
        raise InvalidPathError(f"the path {text!r} climbs with '..'")
    return SourcePath(root, parts)


def _refuse_impossible_characters(text: str) -> None:
    if "\0" in text:
        raise InvalidPathError(f"the path {text!r} holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidPathError(f"the path {text!r} is not valid Unicode") from error


def _split_root(text: str) -> tuple[str, str]:
    if text.startswith(_LONG_UNC):
        return "UNC", text.removeprefix(_LONG_UNC)
    text = text.removeprefix(_LONG)
    if drive := _DRIVE.match(text):
        return drive[1].lower(), text[drive.end() :]
    if _UNC.match(text):
        return "UNC", text[2:]
    if text.startswith("/"):
        return "/", text
    raise InvalidPathError(f"the path {text!r} is not absolute")

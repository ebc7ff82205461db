"""Globs of what is left out: `**/@eaDir/**`, `*.bak`, `Extras/**`.

`*` and `?` stay within a name, `**` stands for any directories or none,
`[ab]` for one of some characters. A pattern with a slash is held against the
path from the library's root, one without against the name alone, wherever it
is. Case makes no difference.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class IgnorePatterns:
    """Some globs at once."""

    expression: re.Pattern[str] | None

    @classmethod
    def of(cls, globs: Iterable[str]) -> Self:
        """Read the globs; without any nothing is left out."""
        expressions = [_expression(glob.strip("/")) for glob in globs if glob.strip("/")]
        return cls(re.compile("|".join(expressions), re.IGNORECASE) if expressions else None)

    def match(self, path: str) -> bool:
        """Whether the file or directory `path`, relative to the library's root, is left out."""
        return self.expression is not None and self.expression.fullmatch(path) is not None


def _expression(glob: str) -> str:
    if "/" not in glob:
        glob = f"**/{glob}"
    *directories, last = glob.split("/")
    start = "".join("(?:[^/]+/)*" if part == "**" else f"{_part(part)}/" for part in directories)
    if last != "**":
        return f"(?:{start}{_part(last)})"
    # What a directory is left out with is left out too: the directory itself.
    return f"(?:{start.removesuffix('/')}(?:/.*)?)" if start.endswith("/") else f"(?:{start}.*)"


def _part(glob: str) -> str:
    pieces = re.split(r"(\*+|\?|\[!?[^\]]+\])", glob)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        return _one_of(piece[1:-1]) or re.escape(piece)
    return re.escape(piece)


def _one_of(characters: str) -> str | None:
    negation = "^" if characters.startswith("!") else ""
    escaped = re.escape(characters.removeprefix("!")).replace(r"\-", "-")
    expression = f"[{negation}{escaped}]"
    try:
        re.compile(expression)
    except re.error:  # a range that runs backwards
        return None
    return expression

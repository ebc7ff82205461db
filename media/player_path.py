"""From a local path to the path by which a player knows it.

The opposite of `media.path_mapping`: a player runs on another machine or in a
container, and what it calls a directory may be a share's URL (`smb://nas/movies`) or a
Windows path. The longest mapping that covers the local path wins, by whole
components, and what it says is kept as it was written, with its separators.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from media.errors import InvalidPathError, PathNotMappedError
from media.source_path import parse_source_path

_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/]+)(/.*)?", re.DOTALL)
#: Kodi keeps names of these as the server sends them, percent-encoded; of all others plain.
_ENCODED = frozenset({"http", "https", "dav", "davs"})


@dataclass(frozen=True)
class PlayerPath:
    """A path as a player writes it, without a separator at its end.

    `names` are the components, `key` is what comparison uses: the root, then the
    components. As text it is shown without the user and password that a URL may hold.
    """

    text: str
    separator: str
    names: tuple[str, ...]
    key: tuple[str, ...]

    def __str__(self) -> str:
        return re.sub(r"(?<=://)[^/]*@", "", self.text)

    @property
    def as_directory(self) -> str:
        """The text with one separator at its end, as Kodi writes directories."""
        return self.text.rstrip(self.separator) + self.separator

    def holds(self, other: "PlayerPath") -> bool:
        """Whether `other` is this path or lies below it, component by component."""
        return other.key[: len(self.key)] == self.key

    def joined(self, parts: Iterable[str]) -> "PlayerPath":
        """Return the path that `parts` lead to from here.

        Raises `InvalidPathError` for a name that cannot be written so.
        """
        names = tuple(parts)
        if not names:
            return self
        if self.separator == "\\" and (bad := [name for name in names if "\\" in name]):
            raise InvalidPathError(f"Windows cannot name {bad[0]!r}: it holds a backslash")
        if self.key[0].partition(":")[0] in _ENCODED:
            names = tuple(quote(name, safe="") for name in names)
        return parse_player_path(self.as_directory + self.separator.join(names))


def parse_player_path(text: str) -> PlayerPath:
    """Read a URL with a host, or an absolute POSIX, Windows drive or UNC path.

    Raises `InvalidPathError` for anything else, and for a path that climbs with `..`.
    """
    if url := _URL.fullmatch(text):
        return _of_url(text, *url.groups())
    source = parse_source_path(text)
    windows = source.root != "/"
    separator = "\\" if windows and "\\" in text else "/"
    bare = text.rstrip("\\/" if windows else "/")
    return PlayerPath(bare or separator, separator, source.parts, (source.root, *source.key))


def readable_paths(texts: Iterable[str]) -> Iterator[PlayerPath]:
    """Read what a player says; what is no path (a plugin's, a disc drive) is left out."""
    for text in texts:
        try:
            yield parse_player_path(text)
        except InvalidPathError:
            continue


def _of_url(text: str, scheme: str, host: str, rest: str | None) -> PlayerPath:
    scheme, host = scheme.lower(), host.rpartition("@")[2].lower()
    local = parse_source_path(rest or "/")
    names = tuple(unquote(part) if scheme in _ENCODED else part for part in local.parts)
    composed = (unicodedata.normalize("NFC", name) for name in names)
    return PlayerPath(text.rstrip("/"), "/", names, (f"{scheme}://{host}", *composed))


def path_for_player(directory: Path, mappings: Mapping[str, str], player: str) -> PlayerPath:
    """Return what `player` calls the local `directory`; without mappings, the same.

    Raises:
        PathNotMappedError: there are mappings and none covers it: a path is never guessed.
        InvalidPathError: one of the paths is impossible.
    """
    source = parse_source_path(str(directory))
    if not mappings:
        return parse_player_path(str(directory))
    pairs = ((parse_source_path(local), theirs) for local, theirs in mappings.items())
    covering = [(local, theirs) for local, theirs in pairs if local.covers(source)]
    if not covering:
        raise PathNotMappedError(
            f"player {player!r} has no mapping for {str(directory)!r}: "
            f"add it to players.{player}.path_mappings"
        )
    local, theirs = max(covering, key=lambda pair: len(pair[0].parts))
    return parse_player_path(theirs).joined(source.parts[len(local.parts) :])

"""What a player is told: a directory as it is on the disk now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from media.player_path import PlayerPath, path_for_player
from media.settings import LibrarySettings, PlayerSettings

_IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".tbn"})


@dataclass(frozen=True)
class Event:
    """A directory of `library` that changed, or is gone.

    `files` are the artwork and NFO files that were written or taken away, `videos` the
    movie's own that are there, both relative to the directory. `has_show_nfo`: a
    series' directory that says itself what it is.
    """

    notice_id: int
    directory: Path
    library: LibrarySettings
    is_gone: bool
    files: tuple[str, ...]
    videos: tuple[str, ...] = ()
    has_show_nfo: bool = False

    @property
    def images(self) -> list[str]:
        """The changed files that are pictures."""
        return [name for name in self.files if PurePosixPath(name).suffix.lower() in _IMAGES]


@dataclass(frozen=True)
class Addressed:
    """An event with the path by which one player knows its directory."""

    event: Event
    path: PlayerPath


class Directories:
    """The directories of some events, to look up which of them holds a path."""

    def __init__(self, events: Iterable[Addressed]) -> None:
        self._by_key: dict[tuple[str, ...], list[Addressed]] = {}
        for event in events:
            self._by_key.setdefault(event.path.key, []).append(event)

    def holding(self, path: PlayerPath) -> Sequence[Addressed]:
        """Return the events of the innermost directory that holds `path`."""
        for length in range(len(path.key), 0, -1):
            if events := self._by_key.get(path.key[:length]):
                return events
        return ()


def addressed(event: Event, name: str, player: PlayerSettings) -> Addressed:
    """Address `event` to a player.

    Raises:
        PathNotMappedError: none of the player's mappings covers the directory.
        InvalidPathError: the player cannot have such a path.
    """
    return Addressed(event, path_for_player(event.directory, player.path_mappings, name))

"""Kodi's video sources: what it scans, and whether it can see it at the moment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from media.errors import LibraryUnavailableError, PathNotMappedError
from media.player_path import PlayerPath, readable_paths
from media.players.kodi.json_rpc import KodiRpc

_MULTIPATH = "multipath://"


class Sources:
    """The video sources of the Kodi `name`, asked for once."""

    def __init__(self, name: str, rpc: KodiRpc) -> None:
        self._name = name
        self._rpc = rpc
        found = rpc.table("Files.GetSources", media="video")
        self._paths = list(readable_paths(_texts(found.get("sources") or [])))
        self._seen: dict[PlayerPath, LibraryUnavailableError | None] = {}

    def holding(self, path: PlayerPath) -> PlayerPath:
        """Return the innermost source that holds `path`.

        Raises:
            PathNotMappedError: none does, so Kodi would scan nothing.
            LibraryUnavailableError: Kodi cannot see the source, or sees it empty. What it
                has of it would look deleted.
        """
        holding = [source for source in self._paths if source.holds(path)]
        if not holding:
            there = ", ".join(str(source) for source in self._paths) or "none"
            raise PathNotMappedError(
                f"player {self._name!r} has no video source that holds {path} (it has: {there}): "
                f"add it in Kodi, or correct players.{self._name}.path_mappings"
            )
        source = max(holding, key=lambda one: len(one.key))
        if source not in self._seen:
            self._seen[source] = self._problem_with(source)
        if (problem := self._seen[source]) is not None:
            raise problem
        return source

    def _problem_with(self, source: PlayerPath) -> LibraryUnavailableError | None:
        listing = {
            "directory": source.as_directory,
            "media": "files",
            "limits": {"start": 0, "end": 1},
        }
        # Kodi answers «Invalid params» where it cannot open a directory.
        answer = self._rpc.batch([("Files.GetDirectory", listing)])[0]
        if not isinstance(answer, dict) or not answer.get("files"):
            return LibraryUnavailableError(
                f"player {self._name!r} sees nothing in its source {source}: is its share there?"
            )
        return None


def _texts(sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the paths of the sources: one with several has them encoded, with slashes between."""
    for source in sources:
        file = str(source.get("file", ""))
        if file.startswith(_MULTIPATH):
            encoded = file.removeprefix(_MULTIPATH).split("/")
            yield from (unquote(text) for text in encoded if text)
        else:
            yield file

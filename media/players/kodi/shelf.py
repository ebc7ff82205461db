"""What Kodi's library holds of the directories that are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from media.player_path import PlayerPath, readable_paths
from media.players.event import Addressed, Directories
from media.players.kodi.content import Content
from media.players.kodi.item import Item
from media.players.kodi.json_rpc import KodiRpc

_STACK = "stack://"
_IMAGE = "image://"
# As many directories are asked for in one filter.
_FILTERED = 50


def items_in(
    rpc: KodiRpc, content: Content, events: Sequence[Addressed]
) -> dict[Addressed, list[Item]]:
    """Return what Kodi knows of `content` in each event's directory."""
    items: dict[Addressed, list[Item]] = {event: [] for event in events}
    directories = Directories(events)
    # Of many directories it is asked for all it has: fewer calls than one for each chunk.
    asked = {"filter": _any("path", events)} if len(events) <= _FILTERED else {}
    for row in rpc.pages(content.list_method, content.name, properties=["file"], **asked):
        files: dict[Addressed, list[Path]] = {}
        for path in _paths_of(row):
            for event in directories.holding(path):
                files.setdefault(event, []).append(_local_file(event, path))
        for event, local in files.items():
            items[event].append(Item(int(row[content.id_key]), tuple(local)))
    return items


def textures_of(rpc: KodiRpc, events: Sequence[Addressed]) -> list[int]:
    """Return the ids of the textures that Kodi made of the events' changed pictures."""
    changed = {
        event.path.joined(Path(name).parts).key for event in events for name in event.event.images
    }
    ids = []
    for chunk in _chunks([event for event in events if event.event.images]):
        found = rpc.table("Textures.GetTextures", properties=["url"], filter=_any("url", chunk))
        ids += [
            int(texture["textureid"])
            for texture in found.get("textures") or []
            if (path := _path_of_image(texture.get("url", ""))) and path.key in changed
        ]
    return ids


def _any(field: str, events: Iterable[Addressed]) -> Mapping[str, Any]:
    """Ask for all below the directories. Kodi compares without case here: more may come."""
    return {
        "or": [
            {"field": field, "operator": "startswith", "value": event.path.as_directory}
            for event in events
        ]
    }


def _local_file(event: Addressed, path: PlayerPath) -> Path:
    return event.event.directory.joinpath(*path.names[len(event.path.names) :])


def _paths_of(row: Mapping[str, Any]) -> list[PlayerPath]:
    file = str(row.get("file", ""))
    if not file.startswith(_STACK):
        return list(readable_paths([file]))
    # A comma within a name is doubled, one between two files has blanks around it.
    parts = file.removeprefix(_STACK).split(" , ")
    return list(readable_paths(part.replace(",,", ",") for part in parts))


def _path_of_image(url: str) -> PlayerPath | None:
    bare = unquote(url.removeprefix(_IMAGE).removesuffix("/"))
    return next(readable_paths([bare]), None)


def _chunks(events: Sequence[Addressed]) -> Iterable[Sequence[Addressed]]:
    for start in range(0, len(events), _FILTERED):
        yield events[start : start + _FILTERED]

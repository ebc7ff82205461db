"""Tell Jellyfin, by its HTTP API."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from media.errors import (
    InvalidAnswerError,
    NotFoundAtServiceError,
    PathNotMappedError,
)
from media.outside import OutsideClient
from media.player_path import PlayerPath, readable_paths
from media.players.event import Addressed, Directories
from media.players.teller import Teller
from media.settings import LibraryKind

_PAGE = 1000
_ITEM_TYPES = {LibraryKind.MOVIES: "Movie", LibraryKind.SERIES: "Series"}


@dataclass(frozen=True)
class _Folder:
    """A library of Jellyfin, which calls it a virtual folder."""

    id: str
    locations: tuple[PlayerPath, ...]

    def holds(self, event: Addressed) -> bool:
        return any(location.holds(event.path) for location in self.locations)


def authorization(token: str) -> str:
    """Return the header that every version of Jellyfin takes, from 12 on no other."""
    return (
        'MediaBrowser Client="media", Device="media", DeviceId="media", Version="1", '
        f'Token="{quote(token, safe="")}"'
    )


class JellyfinTeller(Teller):
    """Tells one Jellyfin: all paths in one call, then a refresh of each item it knows.

    It reads a minute later (its own setting), so there is nothing to verify but that it took
    the call and has a library with such a path.
    """

    def __init__(self, name: str, client: OutsideClient) -> None:
        super().__init__(name)
        self._client = client

    def tell(self, events: Sequence[Addressed]) -> None:
        """Tell all; a path in none of Jellyfin's libraries is a problem of its own."""
        folders = self._folders()
        inside = [event for event in events if self._is_inside(event, folders)]
        if not inside:
            return
        known = self._known(inside, folders)
        updates = [_update(event, bool(known[event])) for event in inside]
        self._client.post_json("Library/Media/Updated", {"Updates": updates})
        self.actions["updates"] += 1
        for event in inside:
            self._refresh(event, known[event])
            self.told.append(event)

    def _is_inside(self, event: Addressed, folders: Sequence[_Folder]) -> bool:
        if any(folder.holds(event) for folder in folders):
            return True
        locations = [str(location) for folder in folders for location in folder.locations]
        there = ", ".join(locations) or "none"
        self.problems.append(
            PathNotMappedError(
                f"player {self.name!r} has no library that holds {event.path} (it has: {there}): "
                f"add it in Jellyfin, or correct players.{self.name}.path_mappings"
            )
        )
        return False

    def _folders(self) -> list[_Folder]:
        found = self._client.get_json("Library/VirtualFolders")
        if not isinstance(found, list):
            raise self._invalid()
        return [
            _Folder(
                str(folder.get("ItemId") or ""),
                tuple(readable_paths(folder.get("Locations") or [])),
            )
            for folder in found
            if isinstance(folder, dict)
        ]

    def _known(
        self, events: Sequence[Addressed], folders: Sequence[_Folder]
    ) -> dict[Addressed, dict[str, None]]:
        """Return the ids of the items that lie in the events' directories.

        Jellyfin cannot be asked for a path, so the libraries concerned are listed.
        """
        known: dict[Addressed, dict[str, None]] = {event: {} for event in events}
        changed = [event for event in events if event.event.files and not event.event.is_gone]
        for folder in folders:
            chosen = [event for event in changed if folder.holds(event)]
            directories = Directories(chosen)
            for path, id_ in self._items(folder, chosen):
                for event in directories.holding(path):
                    known[event][id_] = None
        return known

    def _items(
        self, folder: _Folder, events: Sequence[Addressed]
    ) -> Iterator[tuple[PlayerPath, str]]:
        types = sorted({_ITEM_TYPES[event.event.library.kind] for event in events})
        start, total = 0, len(types)
        while start < total:
            page = self._client.get_json(
                "Items",
                {
                    **({"parentId": folder.id} if folder.id else {}),
                    "recursive": "true",
                    "includeItemTypes": ",".join(types),
                    "fields": "Path",
                    "enableImages": "false",
                    "startIndex": start,
                    "limit": _PAGE,
                },
            )
            if not isinstance(page, dict):
                raise self._invalid()
            for item in page.get("Items") or []:
                for path in readable_paths([str(item.get("Path", ""))]):
                    yield path, str(item.get("Id"))
            start, total = start + _PAGE, int(page.get("TotalRecordCount") or 0)

    def _refresh(self, event: Addressed, ids: Iterable[str]) -> None:
        pictures = "true" if event.event.images else "false"
        for id_ in ids:
            try:
                self._client.request(
                    "POST",
                    f"Items/{quote(id_, safe='')}/Refresh",
                    params={
                        "metadataRefreshMode": "FullRefresh",
                        "imageRefreshMode": "FullRefresh",
                        "replaceAllImages": pictures,
                    },
                )
            except NotFoundAtServiceError:
                continue  # it went meanwhile; the update finds what is there now
            self.actions["refreshed"] += 1

    def _invalid(self) -> InvalidAnswerError:
        return InvalidAnswerError(f"player {self.name!r} does not answer like Jellyfin")


def _update(event: Addressed, is_known: bool) -> dict[str, str]:
    there = "Modified" if is_known else "Created"
    return {"Path": event.path.text, "UpdateType": "Deleted" if event.event.is_gone else there}

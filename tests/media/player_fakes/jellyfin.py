"""A Jellyfin that behaves as version 12 does: no token but in the Authorization header."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug import Response

from player_fakes.mounts import Mounts
from player_fakes.nfo_files import is_movie, poster_of, title_in, title_of
from player_fakes.server import Asked, FakePlayer, json_response

_TOKEN = re.compile(r'MediaBrowser (?:.*, *)?Token="([^"]*)"')
_REFRESH = re.compile(r"/Items/([^/]+)/Refresh")


@dataclass
class Item:
    """An item as Jellyfin shows it."""

    type: str
    path: str
    title: str
    poster: bytes | None


class FakeJellyfin(FakePlayer):
    """A Jellyfin whose `libraries` are lists of locations by name.

    It takes updates with 204 and reads a minute later, which is when a test calls
    `read_updates`. An item that it knows is not read again then, only by a refresh. A Windows
    one has `separator` `\\\\`.
    """

    def __init__(
        self,
        mounts: Mapping[str, Path],
        libraries: Mapping[str, Sequence[str]],
        *,
        token: str = "key",
        separator: str = "/",
    ) -> None:
        super().__init__()
        self.mounts = Mounts(mounts, separator)
        self.libraries = dict(libraries)
        self.items: dict[str, Item] = {}
        self.page_size = 1000
        self._token = token
        self._updates: list[str] = []
        self._last_id = 0

    def titles(self) -> list[str]:
        return sorted(item.title for item in self.items.values())

    def poster(self, title: str) -> bytes | None:
        return next(item.poster for item in self.items.values() if item.title == title)

    def updates(self) -> list[list[dict[str, str]]]:
        """Return what came with each call of `Library/Media/Updated`."""
        asked = [one for one in self.asked if one.path == "/Library/Media/Updated"]
        return [one.body["Updates"] for one in asked]

    def refreshed(self) -> list[tuple[str, Mapping[str, str]]]:
        """Return each item that was refreshed, with the parameters."""
        found = [(_REFRESH.fullmatch(asked.path), asked.params) for asked in self.asked]
        return [(match[1], params) for match, params in found if match]

    def read_updates(self) -> None:
        """Read the directories that it was told of: what is new, and what is gone."""
        for directory in self._updates:
            below = directory + self.mounts.separator
            for id_, item in list(self.items.items()):
                if item.path.startswith(below) and not self.mounts.exists(item.path):
                    del self.items[id_]
            self._read_new(directory)
        self._updates.clear()

    def _read_new(self, directory: str) -> None:
        known = {item.path for item in self.items.values()}
        files = list(self.mounts.files_below(directory))
        shows = [local for _theirs, local in files if local.name == "tvshow.nfo"]
        if shows and directory not in known:
            self._add(Item("Series", directory, title_in(shows[0]), None))
        for theirs, local in files:
            if not shows and is_movie(local) and theirs not in known:
                self._add(Item("Movie", theirs, title_of(local) or local.stem, poster_of(local)))

    def answer(self, asked: Asked) -> Response:
        match = _TOKEN.fullmatch(asked.headers.get("Authorization", ""))
        if not match or match[1] != self._token:
            return Response("", 401)
        if asked.method == "GET" and asked.path == "/Library/VirtualFolders":
            return json_response(
                [
                    {"Name": name, "Locations": list(locations), "ItemId": f"folder-{name}"}
                    for name, locations in self.libraries.items()
                ]
            )
        if asked.method == "GET" and asked.path == "/Items":
            return json_response(self._listed(asked.params))
        if asked.method == "POST" and asked.path == "/Library/Media/Updated":
            self._updates += [update["Path"] for update in asked.body["Updates"]]
            return Response(status=204)
        if asked.method == "POST" and (refresh := _REFRESH.fullmatch(asked.path)):
            return self._refresh(refresh[1], asked.params)
        return Response("", 404)

    def _add(self, item: Item) -> None:
        self._last_id += 1
        self.items[f"{self._last_id:032x}"] = item

    def _listed(self, params: Mapping[str, str]) -> dict[str, Any]:
        locations = self.libraries[params["parentId"].removeprefix("folder-")]
        types = params["includeItemTypes"].split(",")
        assert params["recursive"] == "true"
        rows = [
            {
                "Id": id_,
                "Name": item.title,
                **({"Path": item.path} if "Path" in params["fields"] else {}),
            }
            for id_, item in self.items.items()
            if item.type in types and any(item.path.startswith(place) for place in locations)
        ]
        start = int(params.get("startIndex", 0))
        limit = min(int(params.get("limit", len(rows))), self.page_size)
        return {"Items": rows[start : start + limit], "TotalRecordCount": len(rows)}

    def _refresh(self, id_: str, params: Mapping[str, str]) -> Response:
        if id_ not in self.items:
            return Response("", 404)
        item = self.items[id_]
        local = self.mounts.local(item.path)
        if local is None:
            return Response(status=204)
        if params.get("metadataRefreshMode") == "FullRefresh":
            nfo = local / "tvshow.nfo"
            item.title = (title_in(nfo) if nfo.is_file() else title_of(local)) or item.title
        if params.get("imageRefreshMode") == "FullRefresh" and (
            params.get("replaceAllImages") == "true" or item.poster is None
        ):
            item.poster = poster_of(local)
        return Response(status=204)

"""A Plex: it answers at once, and reads the sections later."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from werkzeug import Response

from player_fakes.mounts import Mounts
from player_fakes.nfo_files import is_movie, title_of
from player_fakes.server import Asked, FakePlayer, json_response

_LIST = re.compile(r"/library/sections/(\d+)/all")
_ITEM = re.compile(r"/library/metadata/(\d+)/refresh")
_REFRESH = re.compile(r"/library/sections/(\d+)/refresh")


class FakePlex(FakePlayer):
    """A Plex whose `sections` are type (`movie`, `show`) and locations, with keys from 1.

    What it was told it reads when a test calls `read_refreshed`. A path that is not there,
    or in none of the section's locations, it takes and does nothing. The NFO of a
    movie that it knows it reads again only when that movie is refreshed.
    """

    def __init__(
        self,
        mounts: Mapping[str, Path],
        sections: Sequence[tuple[str, Sequence[str]]],
        *,
        token: str = "token",
    ) -> None:
        super().__init__()
        self.mounts = Mounts(mounts)
        self.sections = {str(key): section for key, section in enumerate(sections, start=1)}
        self.files: dict[str, str] = {}
        self._token = token
        self._to_read: list[str] = []

    def titles(self) -> list[str]:
        return sorted(self.files.values())

    def refreshed(self) -> list[tuple[str, str | None]]:
        """Return key and path of every refresh, the path None for a whole section."""
        found = [(_REFRESH.fullmatch(asked.path), asked.params.get("path")) for asked in self.asked]
        return [(match[1], path) for match, path in found if match]

    def items_refreshed(self) -> list[str]:
        """Return the files of the movies that were refreshed."""
        found = [_ITEM.fullmatch(asked.path) for asked in self.asked if asked.method == "PUT"]
        return [list(self.files)[int(match[1])] for match in found if match]

    def read_refreshed(self) -> None:
        """Read what it was told of."""
        for directory in self._to_read:
            if not self.mounts.exists(directory):
                continue
            for file in list(self.files):
                if file.startswith(directory) and not self.mounts.exists(file):
                    del self.files[file]
            for theirs, local in self.mounts.files_below(directory):
                if is_movie(local):
                    self.files.setdefault(theirs, title_of(local) or local.stem)
        self._to_read.clear()

    def answer(self, asked: Asked) -> Response:
        if asked.path == "/identity":
            return json_response({"MediaContainer": {"machineIdentifier": "fake"}})
        token = asked.headers.get("X-Plex-Token") or asked.params.get("X-Plex-Token")
        if token != self._token:
            return Response("<html>Unauthorized</html>", 401, content_type="text/html")
        if asked.method == "PUT" and (item := _ITEM.fullmatch(asked.path)):
            return self._refresh_item(int(item[1]))
        if asked.method != "GET":
            return Response("", 405)
        if asked.path == "/library/sections":
            return self._list(asked)
        if listed := _LIST.fullmatch(asked.path):
            return self._list_items(listed[1], asked.params)
        refresh = _REFRESH.fullmatch(asked.path)
        if refresh is None or refresh[1] not in self.sections:
            return Response("", 404)
        _type, locations = self.sections[refresh[1]]
        path = asked.params.get("path")
        self._to_read += [path] if path else locations
        return Response("", 200, content_type="text/html")

    def _list(self, asked: Asked) -> Response:
        if "json" not in asked.headers.get("Accept", ""):
            return Response("<MediaContainer/>", 200, content_type="text/xml")
        directories = [
            {
                "key": key,
                "type": kind,
                "title": kind,
                "Location": [{"id": 1, "path": place} for place in locations],
            }
            for key, (kind, locations) in self.sections.items()
        ]
        return json_response({"MediaContainer": {"Directory": directories}})

    def _list_items(self, section: str, params: Mapping[str, str]) -> Response:
        assert params["type"] == "1"
        _type, locations = self.sections[section]
        rows = [
            {"ratingKey": str(key), "title": title, "Media": [{"Part": [{"file": file}]}]}
            for key, (file, title) in enumerate(self.files.items())
            if any(file.startswith(place) for place in locations)
        ]
        start = int(params["X-Plex-Container-Start"])
        page = rows[start : start + int(params["X-Plex-Container-Size"])]
        return json_response({"MediaContainer": {"totalSize": len(rows), "Metadata": page}})

    def _refresh_item(self, key: int) -> Response:
        if key >= len(self.files):
            return Response("", 404)
        file = list(self.files)[key]
        local = self.mounts.local(file)
        if local is not None:
            self.files[file] = title_of(local) or local.stem
        return Response("", 200, content_type="text/html")

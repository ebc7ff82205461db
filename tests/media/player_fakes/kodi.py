"""A Kodi that behaves as Kodi 20.1 does, of which everything here was tried."""

import base64
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from werkzeug import Response

from player_fakes.kodi_library import KodiLibrary, NotThere, Shown, Textures, as_image
from player_fakes.mounts import Mounts
from player_fakes.server import Asked, FakePlayer, json_response

INVALID_PARAMS, METHOD_NOT_FOUND, INTERNAL_ERROR = -32602, -32601, -32603
Params = dict[str, Any]


class RpcError(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


class FakeKodi(FakePlayer):
    """A Kodi with video sources: `sources` is content (`movies`, `tvshows`) by directory.

    It answers OK to every scan, also of what is not there; it scans only whole
    sources, and is at it until it was asked `scan_looks` times. While `ignores_scans`
    it has an old listing. `playing` is what its players play. `broken` are methods that
    fail inside an answer of 200. `shared` is another Kodi, with which it has one library.
    """

    def __init__(
        self,
        mounts: Mapping[str, Path],
        sources: Mapping[str, str],
        *,
        user: str = "kodi",
        password: str = "secret",
        shared: "FakeKodi | None" = None,
        separator: str = "/",
    ) -> None:
        super().__init__()
        self.mounts = Mounts(mounts, separator)
        self.library = shared.library if shared else KodiLibrary(self.mounts)
        self.textures = Textures(self.mounts)
        self.sources = {
            directory.rstrip(separator) + separator: kind for directory, kind in sources.items()
        }
        self.listed_sources = list(self.sources)
        self.playing: list[str] = []
        self.broken: dict[str, int] = {}
        self.wants_credentials = True
        self.scan_looks = 2
        self.ignores_scans = False
        self._looks_left = 0
        self._scans: list[str] = []
        self._credentials = base64.b64encode(f"{user}:{password}".encode()).decode()

    def titles(self) -> list[str]:
        """Return the titles of the movies that the screen shows."""
        return sorted(movie.title for movie in self.library.movies.values())

    def picture(self, title: str, kind: str = "poster") -> bytes:
        """Return the picture that the screen shows of a movie; showing it caches it."""
        movies = self.library.movies.values()
        return self.textures.show(next(one.art[kind] for one in movies if one.title == title))

    def scan_now(self) -> None:
        """Scan everything, as it does when it starts."""
        for directory, content in self.sources.items():
            self._scan(directory, content)

    def called(self, method: str) -> list[Params]:
        """Return the parameters of every call of `method`."""
        return [call.get("params", {}) for call in self.calls() if call["method"] == method]

    def calls(self) -> list[dict[str, Any]]:
        """Return every call in order, those of a batch one by one."""
        bodies = [asked.body for asked in self.asked]
        return [call for body in bodies for call in (body if isinstance(body, list) else [body])]

    def answer(self, asked: Asked) -> Response:
        right = asked.headers.get("Authorization") == f"Basic {self._credentials}"
        if self.wants_credentials and not right:
            return Response("Unauthorized", 401, {"WWW-Authenticate": "Basic realm=Kodi"})
        if asked.method != "POST" or asked.path != "/jsonrpc":
            return Response("Not Found", 404)
        if isinstance(asked.body, list):
            return json_response([self._answer(call) for call in asked.body])
        return json_response(self._answer(asked.body))

    def _answer(self, call: Mapping[str, Any]) -> dict[str, Any]:
        head = {"id": call["id"], "jsonrpc": call["jsonrpc"]}
        try:
            return {**head, "result": self._result(call["method"], call.get("params", {}))}
        except RpcError as error:
            return {**head, "error": {"code": error.code, "message": f"error {error.code}"}}
        except (NotThere, KeyError, TypeError):
            return {**head, "error": {"code": INVALID_PARAMS, "message": "Invalid params."}}

    def _result(self, method: str, params: Params) -> Any:
        if method in self.broken:
            raise RpcError(self.broken[method])
        methods: dict[str, Callable[..., Any]] = {
            "JSONRPC.Ping": lambda: "pong",
            "Player.GetActivePlayers": self._active_players,
            "XBMC.GetInfoBooleans": self._booleans,
            "Files.GetSources": self._get_sources,
            "Files.GetDirectory": self._get_directory,
            "Textures.GetTextures": self._get_textures,
            "Textures.RemoveTexture": lambda textureid: self._ok(self.textures.remove(textureid)),
            "VideoLibrary.Scan": self._start_scan,
            "VideoLibrary.Clean": self._clean,
            "VideoLibrary.GetMovies": self._get_movies,
            "VideoLibrary.RefreshMovie": self._refresh_movie,
            "VideoLibrary.RemoveMovie": lambda movieid: self._ok(
                self.library.movies.pop(movieid, None)
            ),
            "VideoLibrary.GetTVShows": self._get_series,
            "VideoLibrary.RefreshTVShow": self._refresh_series,
            "VideoLibrary.RemoveTVShow": lambda tvshowid: self._ok(
                self.library.series.pop(tvshowid, None)
            ),
        }
        if method not in methods:
            raise RpcError(METHOD_NOT_FOUND)
        return methods[method](**params)  # other parameters than it has: a TypeError

    @staticmethod
    def _ok(_done: object = None) -> str:
        return "OK"

    def _active_players(self) -> Any:
        return [{"playerid": number, "type": kind} for number, kind in enumerate(self.playing)]

    def _booleans(self, booleans: list[str]) -> Any:
        if self._looks_left:
            self._looks_left -= 1
            if not self._looks_left:
                self._end_scans()
        return dict.fromkeys(booleans, bool(self._looks_left))

    def _get_sources(self, media: str) -> Any:
        assert media == "video"
        rows = [{"file": directory, "label": directory} for directory in self.listed_sources]
        return {"sources": rows, "limits": _limits(rows)}

    def _get_directory(
        self, directory: str, media: str = "files", limits: Params | None = None
    ) -> Any:
        local = self.mounts.local(directory)
        if local is None or not local.is_dir():
            raise RpcError(INVALID_PARAMS)
        rows = [{"file": f"{directory}{name.name}"} for name in local.iterdir()]
        return _page("files", rows, limits)

    def _get_textures(self, properties: list[str], filter: Params) -> Any:  # noqa: A002
        rows = [
            {"textureid": id_, **({"url": as_image(url)} if "url" in properties else {})}
            for id_, url in self.textures.listed()
            if _matches(filter, "url", url)
        ]
        return {"textures": rows}

    def _start_scan(self, directory: str = "", showdialogs: bool = True) -> str:
        separator = self.mounts.separator
        self._scans.append(directory.rstrip(separator) + separator)
        self._looks_left = self.scan_looks
        return "OK"

    def _end_scans(self) -> None:
        for directory in self._scans:
            if directory in self.sources and not self.ignores_scans:
                self._scan(directory, self.sources[directory])
        self._scans.clear()

    def _scan(self, directory: str, content: str) -> None:
        if content == "movies":
            self.library.scan_movies(directory)
        else:
            self.library.scan_series(directory)

    def _clean(self, showdialogs: bool = True, content: str = "", directory: str = "") -> str:
        if content or not directory:
            for kind in [content] if content else ["movies", "tvshows"]:
                self.library.clean(kind, directory)
        return "OK"

    def _get_movies(self, properties: list[str], **asked: Any) -> Any:
        return self._items(self.library.movies.values(), "movies", "movieid", properties, **asked)

    def _get_series(self, properties: list[str], **asked: Any) -> Any:
        return self._items(self.library.series.values(), "tvshows", "tvshowid", properties, **asked)

    def _items(
        self,
        items: Iterable[Shown],
        key: str,
        id_key: str,
        properties: list[str],
        filter: Params | None = None,  # noqa: A002
        limits: Params | None = None,
    ) -> Any:
        if not set(properties) <= {"file", "art", "title"}:
            raise RpcError(INVALID_PARAMS)
        rows = [
            {id_key: one.id, "label": one.title, "file": one.file}
            for one in items
            if filter is None or _matches(filter, "path", one.file.removeprefix("stack://"))
        ]
        return _page(key, rows, limits)

    def _refresh_movie(self, movieid: int, ignorenfo: bool = False) -> str:
        assert not ignorenfo
        return self._ok(self.library.refresh_movie(movieid))

    def _refresh_series(self, tvshowid: int, ignorenfo: bool = False) -> str:
        assert not ignorenfo
        return self._ok(self.library.refresh_series(tvshowid))


def _matches(rule: Params, field: str, value: str) -> bool:
    if "or" in rule:
        return any(_matches(one, field, value) for one in rule["or"])
    if set(rule) != {"field", "operator", "value"} or rule["field"] != field:
        raise RpcError(INVALID_PARAMS)
    wanted, found = rule["value"].lower(), value.lower()
    match rule["operator"]:
        case "startswith":
            return found.startswith(wanted)
        case "is":
            return found == wanted
    raise RpcError(INVALID_PARAMS)


def _page(key: str, rows: list[Params], limits: Params | None) -> Params:
    limits = limits or {}
    start, end = limits.get("start", 0), min(limits.get("end", len(rows)), len(rows))
    return {key: rows[start:end], "limits": {"start": start, "end": end, "total": len(rows)}}


def _limits(rows: list[Params]) -> Params:
    return {"start": 0, "end": len(rows), "total": len(rows)}

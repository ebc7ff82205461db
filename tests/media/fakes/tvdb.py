"""TheTVDB v4 as it behaves: a login first, and artwork in the extended record only."""

import json
import re
from typing import Any

from fakes.catalogue import Title, by_imdb_id, by_tvdb_id, picture
from fakes.service import Fails, FakeService, Recorded

API_KEY = "tvdb-api-key-0123456789"
PIN = "TVDBPIN42"

# Not the numbers that TheTVDB has: nobody may know them by heart.
POSTER, BACKGROUND, BANNER, CLEARART, CLEARLOGO, ICON = 114, 115, 116, 124, 125, 118
SERIES_POSTER = 2


class FakeTvdb(FakeService):
    """Has every title; `revoke` makes all tokens worthless that were given out."""

    def __init__(self, images_url: str) -> None:
        super().__init__()
        self.images_url = images_url
        self.logins = 0
        self._tokens: set[str] = set()

    @property
    def base_url(self) -> str:
        return f"{self.url}/v4"

    def revoke(self) -> None:
        self._tokens.clear()

    def answer(self, request: Recorded) -> Any:
        if (request.method, request.path) == ("POST", "/v4/login"):
            return self._login(json.loads(request.body))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            raise _failure(401, "Unauthorized")
        if request.method == "GET":
            if request.path == "/v4/artwork/types":
                return _success(_types())
            if found := re.fullmatch(r"/v4/movies/(\d+)/extended", request.path):
                return self._movie(int(found[1]), is_short=request.query.get("short") == "true")
            if found := re.fullmatch(r"/v4/search/remoteid/(\w+)", request.path):
                title = by_imdb_id(found[1])
                return _success([{"movie": {"id": title.tvdb_id}}] if title else None)
        raise _failure(404, "Not Found")

    def _login(self, keys: dict[str, str]) -> dict[str, Any]:
        if keys.get("apikey") != API_KEY or keys.get("pin", PIN) != PIN:
            raise _failure(401, "InvalidAPIKey: apikey or pin is wrong")
        self.logins += 1
        token = f"tvdb-token-{self.logins}-0123456789"
        self._tokens.add(token)
        return _success({"token": token})

    def _movie(self, number: int, *, is_short: bool) -> dict[str, Any]:
        title = by_tvdb_id(number)
        if title is None:
            raise _failure(404, "movie not found")
        artworks = None if is_short else self._artworks(title)
        return _success({"id": number, "name": title.title, "artworks": artworks})

    def _artworks(self, title: Title) -> list[dict[str, Any]]:
        look = title.look

        def one(kind: int, name: str, size: tuple[int, int], language: str | None) -> Any:
            found = re.search(r"look(\d+)", name)
            base = f"{self.images_url}/banners/v4/movie/{title.tvdb_id}"
            return {
                "id": int(found[1]) if found else 0,
                "image": f"{base}/{name}",
                "thumbnail": f"{base}/t/{name}",
                "language": language,
                "type": kind,
                "score": 100_000,
                "width": size[0],
                "height": size[1],
                "includesText": language is not None,
            }

        return [
            one(POSTER, picture("poster", look + 51, 680, 1000), (680, 1000), "eng"),
            one(POSTER, picture("poster", look + 52, 680, 1000), (680, 1000), "deu"),
            one(BACKGROUND, picture("backdrop", look + 53, 1920, 1080), (1920, 1080), None),
            one(BANNER, picture("banner", look + 54, 758, 140), (758, 140), "eng"),
            one(CLEARLOGO, picture("logo", look + 55, 800, 310, "png"), (800, 310), "eng"),
            one(ICON, picture("icon", look + 56, 1024, 1024), (1024, 1024), None),
        ]


def _types() -> list[dict[str, Any]]:
    names = {
        POSTER: "Poster",
        BACKGROUND: "Background",
        BANNER: "Banner",
        ICON: "Icon",
        CLEARART: "ClearArt",
        CLEARLOGO: "ClearLogo",
    }
    movie = [
        {"id": number, "name": name, "recordType": "movie", "slug": f"{name.lower()}s"}
        for number, name in names.items()
    ]
    return [
        {"id": SERIES_POSTER, "name": "Poster", "recordType": "series", "slug": "posters"},
        *movie,
    ]


def _success(data: Any) -> dict[str, Any]:
    return {"status": "success", "data": data}


def _failure(status: int, message: str) -> Fails:
    return Fails(status, {"status": "failure", "message": message, "data": None})

"""fanart.tv as it behaves: kinds without art are absent, numbers are text, 404 when nothing."""

import re
from typing import Any

from fakes.catalogue import Title, by_imdb_id, by_tmdb_id, picture
from fakes.service import Fails, FakeService, Recorded

API_KEY = "fanart-api-key-0123456789"
CLIENT_KEY = "fanart-client-key-0123456789"


class FakeFanart(FakeService):
    """Has art of every title but those in `without_art`."""

    def __init__(self, images_url: str) -> None:
        super().__init__()
        self.images_url = images_url
        self.without_art: set[int] = {10378}

    def answer(self, request: Recorded) -> Any:
        keys = {**request.query, **request.headers}
        if keys.get("api-key", keys.get("api_key")) != API_KEY:
            raise Fails(401, {"status": "error", "error message": "Invalid API key"})
        found = re.fullmatch(r"/v3/movies/(\w+)", request.path)
        if request.method != "GET" or not found:
            raise Fails(404, {"status": "error", "error message": "Not found"})
        title = by_imdb_id(found[1]) if found[1].startswith("tt") else by_tmdb_id(int(found[1]))
        if title is None or title.tmdb_id in self.without_art:
            raise Fails(404, {"status": "error", "error message": "Not found"})
        return self._art(title)

    def _art(self, title: Title) -> dict[str, Any]:
        look = title.look

        def one(kind: str, name: str, lang: str, likes: int) -> dict[str, str]:
            number = re.search(r"look(\d+)", name)
            return {
                "id": number[1] if number else "0",
                "url": f"{self.images_url}/fanart/movies/{title.tmdb_id}/{kind}/{name}",
                "lang": lang,
                "likes": str(likes),
            }

        return {
            "name": title.title,
            "tmdb_id": str(title.tmdb_id),
            "imdb_id": title.imdb_id,
            "hdmovielogo": [
                one("hdmovielogo", picture("logo", look + 31, 800, 310, "png"), "en", 9),
                one("hdmovielogo", picture("logo", look + 32, 800, 310, "png"), "de", 4),
            ],
            "movielogo": [one("movielogo", picture("logo", look + 33, 400, 155, "png"), "en", 3)],
            "hdmovieclearart": [
                one("hdmovieclearart", picture("clearart", look + 34, 1000, 562, "png"), "en", 5)
            ],
            "movieart": [one("movieart", picture("clearart", look + 35, 500, 281, "png"), "en", 1)],
            "movieposter": [
                one("movieposter", picture("poster", look + 36, 1000, 1426), "en", 7),
                # The same picture as one of TMDB's.
                one("movieposter", picture("poster", look + 1, 1000, 1500), "en", 2),
                one("movieposter", picture("poster", look + 37, 1000, 1426), "00", 6),
            ],
            "moviebackground": [
                one("moviebackground", picture("backdrop", look + 38, 1920, 1080), "", 8)
            ],
            "moviebanner": [one("moviebanner", picture("banner", look + 39, 1000, 185), "en", 2)],
            "moviethumb": [one("moviethumb", picture("thumb", look + 40, 1000, 562), "en", 2)],
            "moviedisc": [
                {
                    **one("moviedisc", picture("disc", look + 41, 1000, 1000, "png"), "en", 2),
                    "disc": "1",
                    "disc_type": "bluray",
                }
            ],
        }

"""A real server that gives what a test put there, and counts who asked for what."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from asset_pictures import encoded, picture
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response


@dataclass
class PictureServer:
    http: HTTPServer
    asked: Counter[str] = field(default_factory=Counter)
    given: dict[str, Response] = field(default_factory=dict)
    # What happens just before a request is answered.
    before: Callable[[str], None] = lambda _path: None

    def __post_init__(self) -> None:
        self.http.expect_request(re.compile("/.*")).respond_with_handler(self._answer)

    @property
    def host(self) -> str:
        return f"{self.http.host}:{self.http.port}"

    def url(self, path: str) -> str:
        return self.http.url_for(path)

    def give(
        self, path: str, body: bytes = b"", content_type: str = "image/jpeg", **more: object
    ) -> str:
        """Give `body` at `path` from now on; returns its URL."""
        self.given[path] = Response(body, content_type=content_type, **more)
        return self.url(path)

    def give_picture(self, path: str, seed: int = 1, size: tuple[int, int] = (800, 1200)) -> str:
        return self.give(path, encoded(picture(seed, size)))

    def _answer(self, request: Request) -> Response:
        self.before(request.path)
        self.asked[request.path] += 1
        given = self.given.get(request.path)
        return given or Response("nothing here", 404)

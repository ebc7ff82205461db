"""What the fakes have in common: a real HTTP server, its faults, and what it was asked."""

import json
import re
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

HANGS_SECONDS = 60


@dataclass(frozen=True)
class Asked:
    """A request as it came; the body as JSON, None where there was none."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class _Server(HTTPServer):
    """A server that stops at once; by default it looks only twice a second whether to."""

    def thread_target(self) -> None:
        assert self.server is not None
        self.server.serve_forever(poll_interval=0.01)


def held_port() -> socket.socket:
    """Return a socket that keeps its port from all others while nobody listens there.

    On Linux a server that sets SO_REUSEADDR may listen at the same port, as ours does.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


class FakePlayer(ABC):
    """A player at `url`; a context manager.

    `asked` is all that it was asked, refused requests and those that met a fault too.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._faults: deque[int | None] = deque()
        self._lock = threading.RLock()
        self._released = threading.Event()
        self._server: HTTPServer | None = None
        self._port = 0
        self._open_things = ExitStack()

    def __enter__(self) -> Self:
        if sys.platform == "linux":
            holder = self._open_things.enter_context(held_port())
            self._port = holder.getsockname()[1]
        self.come_up()
        return self

    def __exit__(self, *_error: object) -> None:
        self.go_down()
        self._open_things.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def come_up(self) -> None:
        """Listen, at the same port as before."""
        self._released.clear()
        self._server = _Server(host="127.0.0.1", port=self._port, threaded=True)
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._handle)
        self._server.start()
        self._port = self._server.port

    def go_down(self) -> None:
        """Refuse connections, as a machine that is switched off."""
        self._released.set()
        if self._server is not None and self._server.is_running():
            self._server.stop()

    def fail(self, status: int = 500, times: int = 1) -> None:
        """Answer the next requests with `status`."""
        self._faults.extend([status] * times)

    def hang(self, times: int = 1) -> None:
        """Do not answer the next requests until `release`."""
        self._faults.extend([None] * times)

    def release(self) -> None:
        """Answer what hangs."""
        self._released.set()

    @abstractmethod
    def answer(self, asked: Asked) -> Response:
        """Answer one request, as the real one does; only one at a time comes here."""

    def _handle(self, request: Request) -> Response:
        asked = Asked(
            request.method,
            request.path,
            request.args.to_dict(),
            dict(request.headers),
            request.get_json(force=True) if request.data else None,
        )
        with self._lock:
            self.asked.append(asked)
            fault = self._faults.popleft() if self._faults else 0
        if fault is None:
            self._released.wait(HANGS_SECONDS)
        elif fault:
            return json_response({"message": "fault"}, fault)
        with self._lock:
            return self.answer(asked)


def json_response(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")

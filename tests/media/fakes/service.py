"""What all fakes have in common: they record what they are asked, and fail when told to."""

import json
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fakes.faults import Fault


@dataclass(frozen=True)
class Recorded:
    """A request that came in; names of headers are lower-case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float = field(default_factory=time.time)


class Fails(Exception):
    """Answer with `status` and this JSON."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class FakeService(ABC):
    """A service on a port of its own; `answer` is what each one adds."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self._faults: list[tuple[re.Pattern[str], Fault, int | None]] = []
        self._lock = threading.Lock()
        self._server = HTTPServer(host="127.0.0.1", port=0, threaded=True)
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._handle)
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.clear()
        if self._server.is_running():
            self._server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.port}"

    def fail_with(self, fault: Fault, *, times: int | None = None, on: str = ".*") -> None:
        """Answer so, `times` times or until `recover`, what is asked at paths like `on`."""
        with self._lock:
            self._faults.append((re.compile(on), fault, times))

    def recover(self) -> None:
        """Answer as it should again."""
        with self._lock:
            self._faults.clear()

    def asked(self, path: str = ".*") -> list[Recorded]:
        """Return the requests whose whole path is like `path`."""
        return [one for one in list(self.requests) if re.fullmatch(path, one.path)]

    @abstractmethod
    def answer(self, request: Recorded) -> Any:
        """Return the JSON, or a Response; raise `Fails` for anything else."""

    def _handle(self, request: Request) -> Response:
        recorded = Recorded(
            request.method,
            request.path,
            request.args.to_dict(),
            {name.lower(): value for name, value in request.headers.items()},
            request.get_data(),
        )
        with self._lock:
            self.requests.append(recorded)
            fault = self._next_fault(recorded.path)
        if fault:
            return fault(request)
        try:
            answer = self.answer(recorded)
        except Fails as failure:
            return as_json(failure.body, failure.status)
        return answer if isinstance(answer, Response) else as_json(answer)

    def _next_fault(self, path: str) -> Fault | None:
        for index, (on, fault, times) in enumerate(self._faults):
            if on.fullmatch(path):
                if times is not None:
                    self._faults[index : index + 1] = [(on, fault, times - 1)] if times > 1 else []
                return fault
        return None


def as_json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json;charset=utf-8")

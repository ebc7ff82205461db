"""Ways in which a service misbehaves."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator

from werkzeug import Request, Response

Fault = Callable[[Request], Response]

_DRIP_SECONDS = 0.05


def status(code: int, retry_after: str | None = None, body: str = "{}") -> Fault:
    """Answer with any status: `status(429, retry_after="7")`, `status(500)`."""

    def answer(_request: Request) -> Response:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return Response(body, code, headers, content_type="application/json")

    return answer


def dripping(content_type: str = "application/json", pieces: int = 10_000) -> Fault:
    """Send a byte now and again, each of them soon enough."""

    def drip() -> Iterator[bytes]:
        never = threading.Event()
        for _ in range(pieces):
            never.wait(_DRIP_SECONDS)
            yield b" "

    return lambda _request: Response(drip(), content_type=content_type)


def silent(until: threading.Event) -> Fault:
    """Say nothing until the event is set."""

    def answer(_request: Request) -> Response:
        until.wait(60)
        return Response("{}", content_type="application/json")

    return answer


def truncated(content_type: str = "application/json") -> Fault:
    """Announce more than is sent."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: 5000\r\n\r\n"
    return _raw(head.encode() + b'{"id": 6')


def cut_chunks(content_type: str = "application/json") -> Fault:
    """Send one chunk of several, and close."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    return _raw(head.encode() + b"8\r\n" + b'{"id": 6' + b"\r\n")


def closing() -> Fault:
    """Close without an answer."""
    return _raw(b"")


def wrong_type(content_type: str = "text/html", body: bytes = b"<html>Welcome!</html>") -> Fault:
    """Send something else, as a hotel's network does."""
    return lambda _request: Response(body, content_type=content_type)


def broken_json() -> Fault:
    """Say that it is JSON, and be wrong."""
    return wrong_type("application/json", b'{"id": 603,')


def huge(
    content_type: str = "application/json", megabytes: int = 64, *, tell: bool = False
) -> Fault:
    """Send far too much, with or without telling so before."""

    def answer(_request: Request) -> Response:
        body = (b" " * 1_000_000 for _ in range(megabytes))
        headers = {"Content-Length": str(megabytes * 1_000_000)} if tell else {}
        return Response(body, headers=headers, content_type=content_type)

    return answer


def bomb(content_type: str = "application/json", megabytes: int = 200) -> Fault:
    """Send little that unpacks to far too much."""
    packed = gzip.compress(b" " * 1_000_000 * megabytes, 9)

    def answer(_request: Request) -> Response:
        return Response(packed, headers={"Content-Encoding": "gzip"}, content_type=content_type)

    return answer


def redirect(to: str, code: int = 302) -> Fault:
    """Send the client elsewhere: `redirect("http://169.254.169.254/latest")`."""
    head = f"HTTP/1.1 {code} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    return _raw(head.encode())


def _raw(data: bytes) -> Fault:
    def answer(request: Request) -> Response:
        connection: socket.socket = request.environ["werkzeug.socket"]
        if data:
            connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)
        return Response("")

    return answer

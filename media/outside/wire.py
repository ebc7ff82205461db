"""Connections that keep a deadline and only lead where they may."""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import httpcore
import httpx

# Its lines for debugging hold all that a service sends, which may repeat a key.
logging.getLogger("httpcore").setLevel(logging.INFO)

# Raises when a host with these addresses may not be connected to.
AddressCheck = Callable[[str, int, Sequence[str]], None]


class Deadline:
    """When the request under way must have ended, however steadily its answer drips."""

    def __init__(self) -> None:
        self._at = 0.0

    def begin(self, seconds: float) -> None:
        """Give the next request so many seconds in all."""
        self._at = time.monotonic() + seconds

    def within(self, timeout: float | None) -> float:
        """Return `timeout`, or what is left if that is less."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole answer took too long")
        return left if timeout is None else min(timeout, left)


class Wire(httpcore.NetworkBackend):
    """Connects to no other address than those that were checked.

    The name is resolved once, all that it resolves to is checked, and one of
    those very addresses is connected to: a name that resolves to something else
    a moment later gains nothing.
    """

    def __init__(self, deadline: Deadline, check: AddressCheck) -> None:
        self._deadline = deadline
        self._check = check
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers."""
        addresses = _resolve(host, port)
        self._check(host, port, addresses)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._deadline.within(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A stream, each of whose steps ends by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.within(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def open_pool(deadline: Deadline, check: AddressCheck) -> httpcore.ConnectionPool:
    """Return a pool of such connections, for one thread."""
    return httpcore.ConnectionPool(
        ssl_context=_tls(), max_connections=4, network_backend=Wire(deadline, check)
    )


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Reading the certificates of all authorities takes longer than many a request.
    # Authorities of the own network may be named by SSL_CERT_FILE or SSL_CERT_DIR.
    return httpx.create_ssl_context()


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))

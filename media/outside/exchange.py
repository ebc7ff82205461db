"""One request and its answer, with every failure under its name."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from media.errors import (
    InvalidAnswerError,
    MediaError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    UnsafeAddressError,
)
from media.outside.body import body_of
from media.outside.refusals import refusal
from media.outside.secrets import hide
from media.outside.turns import Turns
from media.outside.wire import AddressCheck, Deadline, open_pool

USER_AGENT = "sqlite-transport-media"

_FAILURES = (ServiceFailedError, ServiceTimedOutError, ServiceUnreachableError)
_REDIRECTS = (301, 302, 303, 307, 308)
_ERROR_BODY_BYTES = 10_000


@dataclass(frozen=True)
class Limits:
    """How much of everything a request may take: seconds, and bytes of the decoded body."""

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    max_bytes: int


@dataclass(frozen=True)
class Incoming:
    """An answer whose body is still to be read. Names of headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]

    @property
    def is_good(self) -> bool:
        """Whether it is a success (2xx)."""
        return 200 <= self.status <= 299

    @property
    def leads_to(self) -> str | None:
        """Where the answer redirects to, None when it does not."""
        return self.headers.get("location") if self.status in _REDIRECTS else None

    def refusal(self) -> MediaError:
        """Return the error that an answer which is no success means."""
        return refusal(self.status, self.headers, _start_of(self.body))


class Exchange:
    """Makes requests to one service, each in its turn. Belongs to one thread."""

    def __init__(self, turns: Turns, check: AddressCheck) -> None:
        self._turns = turns
        self._deadline = Deadline()
        self._open_things = ExitStack()
        self._open_things.enter_context(turns.library.kept_open())
        self._pool = self._open_things.enter_context(open_pool(self._deadline, check))

    def close(self) -> None:
        """Close the connections."""
        self._open_things.close()

    @contextmanager
    def ask(
        self, request: httpx.Request, limits: Limits, secrets: frozenset[str]
    ) -> Iterator[Incoming]:
        """Send the request when it is its turn; the answer is good, or a redirect.

        How reading it ends, here or in the caller, is what limiter and breaker are told.
        """
        turn = self._turns.take(limits.total_seconds)
        try:
            with self._named_errors(request, secrets), self._open(request, limits) as incoming:
                yield incoming
        except RateLimitedError as error:
            self._turns.refused_for(turn, error.retry_after or 0.0)
            raise
        except _FAILURES as error:
            self._turns.failed(turn, str(error))
            raise
        except MediaError:
            self._turns.succeeded(turn)
            raise
        except BaseException:
            self._turns.abandoned(turn)
            raise
        self._turns.succeeded(turn)

    @contextmanager
    def _open(self, request: httpx.Request, limits: Limits) -> Iterator[Incoming]:
        self._deadline.begin(limits.total_seconds)
        with self._pool.stream(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read() or None,
            extensions={
                "timeout": {
                    "connect": limits.connect_seconds,
                    "read": limits.read_seconds,
                    "write": limits.read_seconds,
                }
            },
        ) as response:
            headers = _headers_of(response)
            body = body_of(response.iter_stream(), headers, limits.max_bytes)
            incoming = Incoming(response.status, headers, body)
            if not incoming.is_good and incoming.leads_to is None:
                raise incoming.refusal()
            yield incoming

    @contextmanager
    def _named_errors(self, request: httpx.Request, secrets: frozenset[str]) -> Iterator[None]:
        what = f"{self._turns.service.name}: {request.method} {request.url.path}"
        try:
            yield
        except httpcore.TimeoutException as error:
            raise ServiceTimedOutError(
                hide(f"{what} took too long: {_said(error)}", secrets)
            ) from None
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            raise ServiceUnreachableError(
                hide(f"{what} got no whole answer from {request.url.host}: {_said(error)}", secrets)
            ) from None
        except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol):
            raise cannot_be_sent(what) from None
        except UnsafeAddressError:
            raise
        except MediaError as error:
            error.args = (hide(f"{what} {error}", secrets),)
            raise


def _headers_of(response: httpcore.Response) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
    }


def _start_of(body: Iterator[bytes]) -> bytes:
    """Return the beginning of an error's body, empty where even that cannot be read."""
    start = b""
    try:
        for piece in body:
            start += piece
            if len(start) > _ERROR_BODY_BYTES:
                break
    except (
        httpcore.NetworkError,
        httpcore.RemoteProtocolError,
        httpcore.TimeoutException,
        InvalidAnswerError,
    ):
        return b""
    return start


def cannot_be_sent(what: str) -> ServiceRefusedError:
    """Return the error for a request that HTTP cannot carry, without the part that is wrong."""
    return ServiceRefusedError(
        f"{what} cannot be sent: a key, a path or a parameter holds what HTTP cannot carry"
    )


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

"""Ask one service for JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import httpx

from media.errors import InvalidAnswerError, SettingsError
from media.library.database import Library
from media.outside.answer import Answer
from media.outside.body import ACCEPTED_ENCODING
from media.outside.exchange import USER_AGENT, Exchange, Limits, cannot_be_sent
from media.outside.secrets import hide, secrets_in
from media.outside.service import Service
from media.outside.turns import Turns
from media.settings import Settings

MAX_BYTES = 20_000_000

Params = Mapping[str, str | int]
Headers = Mapping[str, str]


class OutsideClient:
    """A client of `service`: a context manager, one for each job, for one thread.

    `headers` and `auth` (user name and password) go with every request, and to
    no other host: redirects are not followed. A request waits for its turn,
    10 s at most.

    Every request raises, of `media.errors`, what may pass:

    - `RateLimitedError` (429, or our own limiter), with `retry_after`;
    - `CircuitOpenError`, with `retry_after`: the service failed too often;
    - `ServiceFailedError` (5xx), `ServiceTimedOutError`, `ServiceUnreachableError`
      (no connection, or a body that was cut short);
    - `LibraryDatabaseError`: limiter and breaker cannot be read;

    and what stays:

    - `NotFoundAtServiceError` (404);
    - `ServiceRefusedError` (401, 403, any other 4xx, a redirect, or what cannot be sent);
    - `InvalidAnswerError` (no JSON, or more than `max_bytes`);
    - `SettingsError`: the service's address is none.
    """

    def __init__(
        self,
        service: Service,
        settings: Settings,
        headers: Headers | None = None,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self._service = service
        self._base = _base_of(service)
        self._settings = settings.http
        self._headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED_ENCODING,
            **(headers or {}),
        }
        # A user's name and password may also stand in the address.
        self._auth = auth or _user_of(self._base)
        # The user's name is none: Kodi's is mostly `kodi`, which is what the player is called too.
        self._secrets = secrets_in(headers, self._auth and self._auth[1])
        turns = Turns(Library(settings.library_database), service)
        self._exchange = Exchange(turns, _anywhere)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()

    def get_json(
        self, path: str, params: Params | None = None, headers: Headers | None = None
    ) -> Any:
        """Return the JSON at `path`, which is relative to the service's address."""
        answer = self.request("GET", path, params=params, headers=headers)
        return self._json(answer, path, self._secrets | secrets_in(params, headers))

    def post_json(self, path: str, body: Any, headers: Headers | None = None) -> Any:
        """Send `body` as JSON; returns the JSON of the answer, None for an empty one."""
        answer = self.request("POST", path, body=body, headers=headers)
        secrets = self._secrets | secrets_in(body, headers)
        return self._json(answer, path, secrets) if answer.body else None

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Any = None,
        headers: Headers | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Make any request; `body` is sent as JSON, `max_bytes` limits the decoded answer."""
        request = self._request(method, path, params, body, headers)
        secrets = self._secrets | secrets_in(params, body, headers)
        with self._exchange.ask(request, self._limits(max_bytes), secrets) as incoming:
            if incoming.leads_to is not None:
                raise incoming.refusal()
            return Answer(incoming.status, incoming.headers, b"".join(incoming.body))

    def _request(
        self, method: str, path: str, params: Params | None, body: Any, headers: Headers | None
    ) -> httpx.Request:
        try:
            url = httpx.URL(f"{str(self._base).rstrip('/')}/{path.lstrip('/')}")
            request = httpx.Request(
                method,
                url.copy_merge_params(params or {}),
                headers={**self._headers, **(headers or {})},
                json=body,
            )
        except (UnicodeError, httpx.InvalidURL):
            raise cannot_be_sent(f"{self._service.name}: a request") from None
        if self._auth:
            request = next(httpx.BasicAuth(*self._auth).auth_flow(request))
        return request

    def _limits(self, max_bytes: int) -> Limits:
        read = self._service.timeout_seconds or self._settings.read_timeout_seconds
        return Limits(
            connect_seconds=min(read, self._settings.connect_timeout_seconds),
            read_seconds=read,
            total_seconds=max(read, self._settings.total_timeout_seconds),
            max_bytes=max_bytes,
        )

    def _json(self, answer: Answer, path: str, secrets: frozenset[str]) -> Any:
        try:
            return answer.json()
        except InvalidAnswerError as error:
            shown = f"{self._service.name}: {path} {error}"
            raise InvalidAnswerError(hide(shown, secrets)) from None


def _base_of(service: Service) -> httpx.URL:
    try:
        base = httpx.URL(service.base_url)
    except (httpx.InvalidURL, TypeError):
        raise SettingsError(f"the address of {service.name} is no web address") from None
    if base.scheme not in ("http", "https") or not base.host:
        raise SettingsError(f"the address of {service.name} must begin with http:// or https://")
    return base


def _user_of(base: httpx.URL) -> tuple[str, str] | None:
    return (base.username, base.password) if base.userinfo else None


def _anywhere(_host: str, _port: int, _addresses: Sequence[str]) -> None:
    """Accept every address: a service's comes from the settings, and may well be private."""

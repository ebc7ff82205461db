"""Download a picture or a trailer from wherever a provider says it lies."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import httpx

from media.errors import InvalidAnswerError, ServiceRefusedError, UnsafeAddressError
from media.library.database import Library
from media.outside.addresses import ensure_public, trusted_hosts, web_address
from media.outside.body import ACCEPTED_ENCODING
from media.outside.exchange import USER_AGENT, Exchange, Incoming, Limits
from media.outside.secrets import secrets_in
from media.outside.service import Service
from media.outside.turns import Turns
from media.settings import Settings

MAX_REDIRECTS = 5


@dataclass(frozen=True)
class Downloaded:
    """What was downloaded: from where in the end, as what, how many bytes, and their SHA-256."""

    url: str
    content_type: str
    size: int
    sha256: str


def download(
    url: str,
    to: BinaryIO,
    settings: Settings,
    *,
    max_bytes: int,
    content_types: Sequence[str],
) -> Downloaded:
    """Write what is at `url` into `to`.

    `content_types` are the types to accept: `image/jpeg`, or `image/*` for all
    images. Up to 5 redirects are followed. Each address on the way must be the
    internet's, but for the providers' own and `http.allowed_hosts`; limiter and
    breaker are the host's (`images:<host>`). After a failure `to` holds a part:
    throw it away. What writing to it raises is passed on.

    Raises:
        UnsafeAddressError: an address leads into a private network, or is none.
        NotFoundAtServiceError: there is no such file (404).
        ServiceRefusedError: any other 4xx, or too many redirects.
        InvalidAnswerError: another type, or more than `max_bytes` (decoded).
        RateLimitedError, CircuitOpenError, ServiceFailedError, ServiceTimedOutError,
            ServiceUnreachableError: what may pass, as of `OutsideClient`.
    """
    current = web_address(url)
    for _hop in range(MAX_REDIRECTS + 1):
        done = _fetch(current, to, settings, max_bytes, content_types)
        if isinstance(done, Downloaded):
            return done
        current = done
    raise ServiceRefusedError(f"{current.host} redirects more than {MAX_REDIRECTS} times")


def _fetch(
    url: httpx.URL, to: BinaryIO, settings: Settings, max_bytes: int, content_types: Sequence[str]
) -> Downloaded | httpx.URL:
    """Download `url`, or return where it redirects to."""
    turns = Turns(Library(settings.library_database), _service_at(url))
    check = partial(ensure_public, trusted=trusted_hosts(settings))
    limits = Limits(
        connect_seconds=settings.http.connect_timeout_seconds,
        read_seconds=settings.http.read_timeout_seconds,
        total_seconds=settings.http.download_timeout_seconds,
        max_bytes=max_bytes,
    )
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED_ENCODING}
    request = httpx.Request("GET", url, headers=headers)
    secrets = secrets_in(dict(url.params))
    with (
        closing(Exchange(turns, check)) as exchange,
        exchange.ask(request, limits, secrets) as incoming,
    ):
        if incoming.leads_to is not None:
            return _joined(url, incoming.leads_to)
        return _write(incoming, url, to, content_types)


def _joined(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return web_address(str(url.join(location)))
    except (httpx.InvalidURL, ValueError):
        raise UnsafeAddressError(f"{url.host} redirects to what is no web address") from None


def _service_at(url: httpx.URL) -> Service:
    where = url.host if url.port is None else f"{url.host}:{url.port}"
    return Service(name=f"images:{where}", base_url=f"{url.scheme}://{where}")


def _write(
    incoming: Incoming, url: httpx.URL, to: BinaryIO, content_types: Sequence[str]
) -> Downloaded:
    content_type = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not any(_is_of(content_type, accepted) for accepted in content_types):
        raise InvalidAnswerError(f"sent {content_type[:60] or 'no type'} instead of a file to take")
    digest, size = hashlib.sha256(), 0
    for piece in incoming.body:
        to.write(piece)
        digest.update(piece)
        size += len(piece)
    return Downloaded(str(url), content_type, size, digest.hexdigest())


def _is_of(content_type: str, accepted: str) -> bool:
    if accepted.endswith("/*"):
        return content_type.startswith(accepted[:-1])
    return content_type == accepted

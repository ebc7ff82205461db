import hashlib
import socket
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fakes import Providers, faults

from media.errors import (
    InvalidAnswerError,
    MediaError,
    NotFoundAtServiceError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    UnsafeAddressError,
)
from media.outside import Downloaded, download
from media.settings import Settings

NAME = "/t/p/original/poster-look7-200x300.jpg"
MEGABYTE = 1_000_000
SECONDS = {"read_timeout_seconds": 60, "download_timeout_seconds": 90}


@pytest.fixture
def fetch(providers: Providers, settings: Settings) -> Callable[..., tuple[Downloaded, bytes]]:
    def fetched(url: str | None = None, **http: Any) -> tuple[Downloaded, bytes]:
        to = BytesIO()
        done = download(
            url or providers.images.url + NAME,
            to,
            providers.configure(settings, **{**SECONDS, **http}),
            max_bytes=MEGABYTE,
            content_types=["image/jpeg", "image/png"],
        )
        return done, to.getvalue()

    return fetched


Fetch = Callable[..., tuple[Downloaded, bytes]]


def test_a_picture_is_downloaded(fetch: Fetch, providers: Providers) -> None:
    done, content = fetch()
    assert done.url == providers.images.url + NAME
    assert done.content_type == "image/jpeg"
    assert done.size == len(content) > 1000
    assert done.sha256 == hashlib.sha256(content).hexdigest()
    assert content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.status(404), NotFoundAtServiceError),
        (faults.status(403), ServiceRefusedError),
        (faults.status(429, retry_after="3"), RateLimitedError),
        (faults.status(502), ServiceFailedError),
        (faults.dripping("image/jpeg"), ServiceTimedOutError),
        (faults.truncated("image/jpeg"), ServiceUnreachableError),
        (faults.cut_chunks("image/jpeg"), ServiceUnreachableError),
        (faults.closing(), ServiceUnreachableError),
        (faults.wrong_type(), InvalidAnswerError),
        (faults.wrong_type("image/svg+xml"), InvalidAnswerError),
        (faults.huge("image/jpeg", 2), InvalidAnswerError),
        (faults.huge("image/jpeg", 2, tell=True), InvalidAnswerError),
        (faults.bomb("image/jpeg"), InvalidAnswerError),
        (faults.redirect("http://169.254.169.254/latest/meta-data"), UnsafeAddressError),
        (faults.redirect("file:///etc/passwd"), UnsafeAddressError),
        (faults.redirect("http://[::1"), UnsafeAddressError),
    ],
)
def test_every_failure_has_its_name(
    fetch: Fetch, providers: Providers, fault: faults.Fault, error: type[MediaError]
) -> None:
    providers.images.fail_with(fault)
    with pytest.raises(MediaError) as failure:
        fetch(download_timeout_seconds=1 if error is ServiceTimedOutError else 90)
    assert type(failure.value) is error


def test_a_kind_of_types_can_be_taken(providers: Providers, settings: Settings) -> None:
    settings = providers.configure(settings)
    url = providers.images.url + NAME
    download(url, BytesIO(), settings, max_bytes=MEGABYTE, content_types=["image/*"])
    with pytest.raises(InvalidAnswerError):
        download(url, BytesIO(), settings, max_bytes=MEGABYTE, content_types=["video/*"])


def test_a_private_address_is_refused_before_it_is_asked(
    fetch: Fetch, providers: Providers
) -> None:
    with pytest.raises(UnsafeAddressError, match="allowed_hosts"):
        fetch(allowed_hosts=())
    assert providers.images.requests == []


def test_a_name_that_leads_into_the_private_network_is_refused(
    fetch: Fetch, providers: Providers
) -> None:
    url = providers.images.url.replace("127.0.0.1", "localhost") + NAME
    with pytest.raises(UnsafeAddressError, match="localhost"):
        fetch(url)
    assert providers.images.requests == []


def test_a_number_is_an_address_too(fetch: Fetch, providers: Providers) -> None:
    with pytest.raises(UnsafeAddressError):
        fetch(providers.images.url.replace("127.0.0.1", "2130706433") + NAME)


def test_a_name_that_is_resolved_twice_is_connected_to_as_it_was_checked(
    fetch: Fetch, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose second answer is another one (DNS rebinding) gains nothing."""
    resolve, asked = socket.getaddrinfo, []

    def rebinding(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host != "pictures.example":
            return resolve(host, port, *more, **options)
        asked.append(host)
        # First an address that leads nowhere, which passes; then the loopback.
        there = "203.0.114.1" if len(asked) == 1 else "127.0.0.1"
        return resolve(there, port, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    url = providers.images.url.replace("127.0.0.1", "pictures.example") + NAME
    with pytest.raises((ServiceUnreachableError, ServiceTimedOutError)):
        fetch(url, connect_timeout_seconds=0.3)
    assert asked == ["pictures.example"]
    assert providers.images.requests == []


def test_redirects_are_followed_with_each_address_checked(
    fetch: Fetch, providers: Providers
) -> None:
    moved = providers.images.url + "/moved" + NAME
    providers.images.fail_with(faults.redirect("/moved" + NAME), on="/t/.*")
    done, content = fetch()
    assert done.url == moved
    assert content.startswith(b"\xff\xd8")


def test_a_redirect_to_another_private_host_is_refused(fetch: Fetch, providers: Providers) -> None:
    with Providers() as others:
        providers.images.fail_with(faults.redirect(others.images.url + NAME))
        with pytest.raises(UnsafeAddressError):
            fetch()
        assert others.images.requests == []


def test_five_redirects_are_followed_and_no_more(fetch: Fetch, providers: Providers) -> None:
    providers.images.fail_with(faults.redirect(NAME), times=5)
    assert fetch()[0].size > 1000
    providers.images.fail_with(faults.redirect(NAME), times=6)
    with pytest.raises(ServiceRefusedError, match="more than 5 times"):
        fetch()


def test_no_key_of_a_provider_goes_to_the_host_of_pictures(
    fetch: Fetch, providers: Providers
) -> None:
    fetch()
    sent = providers.images.requests[0].headers
    assert not {"authorization", "api-key", "client-key", "cookie"} & set(sent)


def test_the_host_of_pictures_has_a_breaker(fetch: Fetch, providers: Providers) -> None:
    providers.images.fail_with(faults.status(500))
    for _ in range(5):
        with pytest.raises(ServiceFailedError):
            fetch()
    with pytest.raises(MediaError, match=f"images:{providers.images.host} failed 5 times"):
        fetch()


def test_what_writing_raises_is_passed_on(providers: Providers, settings: Settings) -> None:
    class Full(BytesIO):
        def write(self, _data: Any) -> int:
            raise OSError(28, "No space left on device")

    settings = providers.configure(settings)
    with pytest.raises(OSError, match="No space left"):
        download(
            providers.images.url + NAME,
            Full(),
            settings,
            max_bytes=MEGABYTE,
            content_types=["image/*"],
        )
